//! Files that hang on tickets.

/// A size as people write it.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes.div_ceil(1_024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_for_people() {
        let sizes: Vec<String> = [0, 1_023, 1_024, 10_485_760, 1_572_864]
            .into_iter()
            .map(size)
            .collect();
        assert_eq!(sizes, ["0 B", "1023 B", "1 kB", "10.0 MB", "1.5 MB"]);
    }
}
