//! Numbers as the page writes them.

/// `0.953`
pub fn three(value: f32) -> String {
    format!("{value:.3}")
}

/// `97 %`, with a decimal where a whole number would say nothing or everything.
pub fn percent(share: f32) -> String {
    let percent = share * 100.0;
    if (0.05..1.0).contains(&percent) || (99.0..99.95).contains(&percent) {
        format!("{percent:.1} %")
    } else if percent > 0.0 && percent < 0.05 {
        "< 0.1 %".into()
    } else {
        format!("{percent:.0} %")
    }
}

/// `7.9 MB`
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// `7.9 MB`, `143 kB`
pub fn memory(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.0} kB", bytes as f64 / 1e3) } else { megabytes(bytes) }
}

/// `3.1 M`
pub fn magnitude(count: u64) -> String {
    match count {
        1_000_000.. => format!("{:.1} M", count as f64 / 1e6),
        1_000.. => format!("{:.0} k", count as f64 / 1e3),
        _ => count.to_string(),
    }
}

/// `4 s`, `2 min`
pub fn duration(seconds: f64) -> String {
    if seconds < 90.0 { format!("{:.0} s", seconds.ceil()) } else { format!("{:.0} min", seconds / 60.0) }
}

/// `1st`, `2nd`, `13th`
pub fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_sensible_digits() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.0001), "< 0.1 %");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.4567), "46 %");
        assert_eq!(percent(0.9949), "99.5 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(three(0.95349), "0.953");
        assert_eq!(megabytes(7_912_345), "7.9 MB");
        assert_eq!((memory(7_912_345), memory(142_900)), ("7.9 MB".into(), "143 kB".into()));
        assert_eq!(duration(3.2), "4 s");
        assert_eq!(duration(150.0), "2 min");
    }

    #[test]
    fn ordinals_end_as_they_are_said() {
        let all: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 112, 123].map(ordinal).into();
        assert_eq!(all, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "123rd"]);
    }
}
