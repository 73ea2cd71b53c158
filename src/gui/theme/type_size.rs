//! How large text is: the sizes of the design, or larger ones for who wants the text alone
//! larger. The window says which on its own thread, as it does with the language.

use std::cell::Cell;

/// By how much large text is larger.
const LARGE: f32 = 1.25;

thread_local! {
    static FACTOR: Cell<f32> = const { Cell::new(1.0) };
}

/// Text on this thread is large from now on, or as designed.
pub fn enlarge_text(on: bool) {
    FACTOR.set(if on { LARGE } else { 1.0 });
}

/// A size of text, or the height of its line, in logical pixels, as it is now. Whole pixels, so
/// that lines stand at the same height everywhere.
pub fn type_size(designed: f32) -> f32 {
    (designed * FACTOR.get()).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_text_is_larger_and_goes_back() {
        assert_eq!(type_size(14.0), 14.0);
        enlarge_text(true);
        assert_eq!([12.0, 14.0, 16.0, 20.0, 28.0].map(type_size), [15.0, 18.0, 20.0, 25.0, 35.0]);
        enlarge_text(false);
        assert_eq!(type_size(14.0), 14.0);
    }
}
