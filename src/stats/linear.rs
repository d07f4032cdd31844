//! Small symmetric systems of linear equations; ours have at most some sixty unknowns.

/// A symmetric matrix of which the lower triangle is kept, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    size: usize,
    lower: Vec<f64>,
}

impl Symmetric {
    /// Zeros, with these on the diagonal.
    pub fn diagonal(diagonal: &[f64]) -> Self {
        let size = diagonal.len();
        let mut matrix = Self { size, lower: vec![0.0; size * (size + 1) / 2] };
        for (index, value) in diagonal.iter().enumerate() {
            matrix.row_mut(index)[index] = *value;
        }
        matrix
    }

    /// Adds `weight * row row'`.
    pub fn add_outer(&mut self, row: &[f64], weight: f64) {
        for index in 0..self.size {
            let scaled = weight * row[index];
            for (cell, value) in self.row_mut(index).iter_mut().zip(row) {
                *cell += scaled * value;
            }
        }
    }

    /// Solves `self x = right` by Cholesky's factors; nothing where the matrix is not positive definite.
    pub fn solve(mut self, mut right: Vec<f64>) -> Option<Vec<f64>> {
        self.factor()?;
        for index in 0..self.size {
            let known = dot(&self.row(index)[..index], &right);
            right[index] = (right[index] - known) / self.row(index)[index];
        }
        for index in (0..self.size).rev() {
            right[index] /= self.row(index)[index];
            let value = right[index];
            for (left, cell) in right.iter_mut().zip(&self.row(index)[..index]) {
                *left -= value * cell;
            }
        }
        Some(right)
    }

    /// Turns the matrix into its lower factor L with `L L' = self`.
    fn factor(&mut self) -> Option<()> {
        for index in 0..self.size {
            let (above, rest) = self.lower.split_at_mut(start(index));
            let row = &mut rest[..=index];
            for column in 0..index {
                let other = &above[start(column)..=start(column) + column];
                row[column] = (row[column] - dot(&row[..column], &other[..column])) / other[column];
            }
            let pivot = row[index] - dot(&row[..index], &row[..index]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            row[index] = pivot.sqrt();
        }
        Some(())
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.lower[start(index)..=start(index) + index]
    }

    fn row_mut(&mut self, index: usize) -> &mut [f64] {
        &mut self.lower[start(index)..=start(index) + index]
    }
}

/// The sum of products, over the shorter of the two.
pub fn dot(first: &[f64], second: &[f64]) -> f64 {
    first.iter().zip(second).map(|(one, other)| one * other).sum()
}

fn start(row: usize) -> usize {
    row * (row + 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_put_back_gives_the_right_side() {
        let mut matrix = Symmetric::diagonal(&[1.0, 2.0, 0.5]);
        matrix.add_outer(&[1.0, -2.0, 3.0], 0.7);
        matrix.add_outer(&[0.5, 0.1, -1.0], 2.0);
        let solution = matrix.clone().solve(vec![1.0, 2.0, 3.0]).unwrap();
        let full = |row: usize, column: usize| matrix.row(row.max(column))[row.min(column)];
        for (row, right) in [1.0, 2.0, 3.0].into_iter().enumerate() {
            let left: f64 = (0..3).map(|column| full(row, column) * solution[column]).sum();
            assert!((left - right).abs() < 1e-12);
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        assert_eq!(Symmetric::diagonal(&[1.0, 0.0]).solve(vec![1.0, 1.0]), None);
        assert_eq!(Symmetric::diagonal(&[f64::NAN]).solve(vec![1.0]), None);
    }
}
