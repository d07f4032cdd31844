//! A make-believe company whose truth is known, of any size.
