//! ZIP archives of files as they are: what the page saves is small or compressed already. A crate that writes them would cost
//! the page 26 kB.

/// The name is UTF-8.
const FLAGS: u16 = 1 << 11;
/// The first of January 1980: an archive of the same files has the same bytes.
const DATE: u16 = 0x21;
const VERSION: u16 = 20;

/// An archive to which files are added.
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    pub fn add(&mut self, name: &str, content: &[u8]) {
        let start = length(self.bytes.len());
        let size = length(content.len());
        let mut facts = Vec::new();
        // The version that reads it, flags, no compression, time and date, checksum, both sizes, lengths of name and extra field.
        [VERSION, FLAGS, 0, 0, DATE].iter().for_each(|value| facts.extend(value.to_le_bytes()));
        [crc32(content), size, size].iter().for_each(|value| facts.extend(value.to_le_bytes()));
        [u16::try_from(name.len()).expect("a short name"), 0]
            .iter()
            .for_each(|value| facts.extend(value.to_le_bytes()));

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&facts);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(content);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&facts);
        // Length of the comment, disk, attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(start.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    pub fn finish(mut self) -> Vec<u8> {
        let start = length(self.bytes.len());
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        [self.count, self.count].iter().for_each(|value| self.bytes.extend(value.to_le_bytes()));
        [length(self.directory.len()), start].iter().for_each(|value| self.bytes.extend(value.to_le_bytes()));
        self.bytes.extend([0; 2]);
        self.bytes
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("figures of one room are less than 4 GiB")
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    let table: [u32; 256] = std::array::from_fn(|byte| (0..8).fold(byte as u32, |crc, _| step(crc)));
    !bytes.iter().fold(!0, |crc, byte| (crc >> 8) ^ table[((crc ^ u32::from(*byte)) & 255) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rawzip::ZipArchive;
    use std::io::Read;

    #[test]
    fn another_reader_finds_every_file_whole() {
        let files = [
            ("a.csv", b"1,2\r\n".to_vec()),
            ("größe.svg", (0..=255).cycle().take(70_000).collect()),
            ("leer", vec![]),
        ];
        let mut zip = Zip::default();
        files.iter().for_each(|(name, content)| zip.add(name, content));
        let bytes = zip.finish();
        let archive = ZipArchive::from_slice(&bytes).unwrap();
        let mut entries = archive.entries();
        for (name, content) in &files {
            let entry = entries.next_entry().unwrap().unwrap();
            assert_eq!(entry.file_path().as_ref(), name.as_bytes());
            let found = archive.get_entry(entry.wayfinder()).unwrap();
            let mut read = Vec::new();
            // Fails where size or checksum is another.
            found.verifying_reader(found.data()).read_to_end(&mut read).unwrap();
            assert_eq!(&read, content);
        }
        assert!(entries.next_entry().unwrap().is_none());
    }

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
