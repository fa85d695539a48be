//! Rust sources as names and signs, without comments and the content of strings.

pub(crate) type Token = String;

/// Names, `::`, and every other sign by itself.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        at += match rest {
            ['/', '/', ..] => length(rest, |c| c != '\n'),
            ['r', '"' | '#', ..] if raw(rest).is_some() => raw(rest).expect("just found"),
            ['"', ..] => quoted(rest),
            ['\'', '\\', ..] => 3 + length(&rest[3..], |c| c != '\''),
            ['\'', _, '\'', ..] => 3,
            [':', ':', ..] => {
                found.push("::".to_string());
                2
            }
            [c, ..] if c.is_alphanumeric() || *c == '_' => {
                let name = length(rest, |c| c.is_alphanumeric() || c == '_');
                found.push(rest[..name].iter().collect());
                name
            }
            [c, ..] => {
                found.extend((!c.is_whitespace()).then(|| c.to_string()));
                1
            }
            [] => unreachable!("there is a rest"),
        };
    }
    found
}

fn length(chars: &[char], is_in: impl Fn(char) -> bool) -> usize {
    chars.iter().take_while(|c| is_in(**c)).count()
}

/// The length of a string that begins here, its quotes included.
fn quoted(chars: &[char]) -> usize {
    let mut at = 1;
    while at < chars.len() && chars[at] != '"' {
        at += 1 + usize::from(chars[at] == '\\');
    }
    at + 1
}

/// The length of a raw string, if one begins here.
fn raw(chars: &[char]) -> Option<usize> {
    let signs = length(&chars[1..], |c| c == '#');
    if chars.get(1 + signs) != Some(&'"') {
        return None;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', signs)).collect();
    let start = 2 + signs;
    let inner = chars[start..].windows(end.len()).position(|window| *window == end[..])?;
    Some(start + inner + end.len())
}

pub(crate) fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
