//! Which servers this page may ask for models: those whose address the visitor has typed or whose button was pressed. A link
//! alone asks none.

use crate::session::library::CheckpointId;
use leptos::prelude::*;

/// Where the browser remembers them, separated by spaces.
const KEY: &str = "agreed-hosts";

/// The servers that the visitor has agreed to; without storage, for this visit.
#[derive(Clone, Copy)]
pub struct Consent(RwSignal<Vec<String>>);

impl Consent {
    pub fn new() -> Self {
        Consent(RwSignal::new(remembered()))
    }

    /// Whether the server may be asked.
    pub fn is_given(self, id: &CheckpointId) -> bool {
        self.0.with(|hosts| hosts.contains(&id.host))
    }

    /// As [`Consent::is_given`], without waking the reader when it changes.
    pub fn was_given(self, id: &CheckpointId) -> bool {
        self.0.with_untracked(|hosts| hosts.contains(&id.host))
    }

    /// Lets the page ask the server of this model, if the text names one.
    pub fn give_for(self, name: &str) {
        let Some(id) = CheckpointId::parse(name).filter(|id| !self.was_given(id)) else { return };
        self.0.update(|hosts| {
            // Other tabs have written there since.
            hosts.extend(remembered().into_iter().filter(|host| !hosts.contains(host)).collect::<Vec<_>>());
            hosts.push(id.host);
        });
        if let Ok(Some(storage)) = window().local_storage() {
            // Without storage the agreement lasts as long as the page.
            let _ = storage.set_item(KEY, &self.0.with_untracked(|hosts| hosts.join(" ")));
        }
    }
}

fn remembered() -> Vec<String> {
    let kept =
        window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
    kept.unwrap_or_default().split_whitespace().map(String::from).collect()
}

/// Whether a server is this computer, or one in its own network as far as its name tells.
pub fn is_near(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.');
    if host.starts_with('[') || ["localhost", "local", "lan", "internal"].iter().any(|end| ends_in(name, end))
    {
        return true;
    }
    match address(name).map(u32::to_be_bytes) {
        Some([0 | 10 | 127, ..] | [192, 168, ..] | [169, 254, ..]) => true,
        // Between a provider and its customers.
        Some([100, second, ..]) => (64..128).contains(&second),
        Some([172, second, ..]) => (16..32).contains(&second),
        Some(_) => false,
        None => !name.contains('.'),
    }
}

/// The address that a name is, as browsers read it: up to four numbers, decimal, octal or hexadecimal, of which the last one
/// stands for all bytes that are left.
fn address(name: &str) -> Option<u32> {
    let number = |part: &str| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some("") => Some(0),
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if part.len() > 1 && part.starts_with('0') => u64::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    };
    let parts: Vec<u64> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last().filter(|(_, first)| first.len() < 4)?;
    let left = 8 * (4 - first.len());
    let above = first.iter().try_fold(0, |sum, part| (*part < 256).then_some(sum << 8 | part))?;
    let whole = (*last < 1 << left).then_some(above << left | last)?;
    u32::try_from(whole).ok()
}

/// Whether a name is `end` or of that domain.
fn ends_in(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn servers_of_the_own_network_are_told() {
        for host in [
            "localhost:8000",
            "127.0.0.1",
            "10.1.2.3:80",
            "192.168.0.1",
            "172.31.0.1",
            "169.254.1.1",
            "printer",
            "nas.local",
            "[::1]:80",
            "0.0.0.0",
            "127.1",
            "127.0.1:8000",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "192.168.257",
            "100.64.0.1",
            "localhost.",
            "nas.local.:80",
            "127.0.0.1.",
        ] {
            assert!(is_near(host), "{host}");
        }
        for host in [
            "huggingface.co",
            "172.32.0.1",
            "example.org:8443",
            "10.example.org",
            "notlocal.org",
            "8.8.8.8",
            "0x08080808",
            "example.org.",
            "100.128.0.1",
        ] {
            assert!(!is_near(host), "{host}");
        }
    }
}
