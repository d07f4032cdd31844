//! Pure functions on numbers and slices: intervals, regressions, resampling, control limits. They know no metric.
