//! The mutators change what they say, and equally for equal seeds.

mod files {
    use crate::files::Files;
    use crate::mutate::*;
    use triptych::world::Rng;

    /// Every kind of file is changed by nearly every seed, and equally by equal ones.
    #[test]
    fn a_seed_changes_a_file_always_in_the_same_way() {
        let header = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  "#;
        let tensors = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 8]].concat();
        let png = triptych::io::image::encode_png(&triptych::pixels::Pixels::new(2, 1, vec![9; 6]));
        let all = Files::of([
            ("config.json", br#"{"size":{"height":3},"names":["a","b"]}"#.to_vec()),
            ("photos.jsonl", b"{\"name\":\"a\"}\n{\"name\":\"b\"}\n".to_vec()),
            ("vocab.txt", b"[PAD]\na 1\n".to_vec()),
            ("model.safetensors", tensors),
            ("picture.png", png),
            ("picture.gif", b"GIF89a\x01\0\x01\0".to_vec()),
        ]);
        for name in all.0.keys() {
            let changed = |seed| {
                let mut files = all.clone();
                change(&mut Rng::from_seed(seed), &mut files, name);
                assert!(all.0.iter().all(|(other, bytes)| other == name || files.0[other] == *bytes));
                files.0.get(name).cloned()
            };
            let differing = (0..200).filter(|&seed| changed(seed).as_ref() != all.0.get(name)).count();
            assert!(differing > 170, "{name}: {differing} of 200");
            assert_eq!(changed(7), changed(7));
        }
        let mut rng = Rng::from_seed(1);
        let mut some = all.clone();
        files(&mut rng, &mut some);
        assert_ne!(some, all);
    }
}

mod json {
    use crate::mutate::json::*;
    use triptych::world::Rng;

    const DOCUMENT: &str = r#"{"size":{"height":3,"width":4},"names":["a","b"],"crop":true}"#;

    fn all() -> Vec<String> {
        let changed = |seed| mutate(&mut Rng::from_seed(seed), DOCUMENT.as_bytes());
        (0..4000).map(|seed| String::from_utf8(changed(seed)).expect("JSON is text")).collect()
    }

    #[test]
    fn members_go_come_twice_and_become_extreme() {
        let all = all();
        let some = |what: &str, is: &dyn Fn(&str) -> bool| assert!(all.iter().any(|text| is(text)), "{what}");
        some("a field dropped", &|text| !text.contains("crop") && text.contains("names"));
        some("a key twice", &|text| text.matches("\"height\":").count() == 2);
        some("an unsigned number at its bound", &|text| text.contains(":18446744073709551615"));
        some("a number beyond f64", &|text| text.contains("1e999"));
        some("a null", &|text| text.contains("null"));
        some("deep nesting", &|text| text.contains(&"[".repeat(20_000)));
        some("a neighbour", &|text| text.contains("\"height\":2"));
        some("a long string", &|text| text.contains(&"a".repeat(3000)));
        let marked = all.iter().filter(|text| text.contains("@raw-")).count();
        assert!(marked < all.len() / 100, "{marked} documents have marks where they have no room");
        assert!(all.iter().all(|text| text.len() < 3 << 20), "a document is beyond its bound");
    }

    #[test]
    fn a_line_of_many_is_changed() {
        let lines = format!("{DOCUMENT}\n{DOCUMENT}\n");
        let changed = |seed| mutate_lines(&mut Rng::from_seed(seed), lines.as_bytes());
        let counts: Vec<usize> =
            (0..50).map(|seed| changed(seed).iter().filter(|&&byte| byte == b'\n').count()).collect();
        assert!([1, 2, 3].iter().all(|count| counts.contains(count)), "{counts:?}");
    }
}

mod bytes {
    use crate::mutate::bytes::*;
    use triptych::world::Rng;

    #[test]
    fn bytes_are_cut_flipped_and_set_to_bounds() {
        let content: Vec<u8> = (0..200).collect();
        let all: Vec<Vec<u8>> = (0..2000).map(|seed| mutate(&mut Rng::from_seed(seed), &content)).collect();
        let some =
            |what: &str, is: &dyn Fn(&[u8]) -> bool| assert!(all.iter().any(|bytes| is(bytes)), "{what}");
        some("truncation", &|bytes| bytes.len() < 64 && content.starts_with(bytes));
        some("one bit", &|bytes| {
            let bits = bytes.iter().zip(&content).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
            bytes.len() == content.len() && bits == 1
        });
        some("a length of 64 bits", &|bytes| bytes.windows(8).any(|eight| eight == [0xff; 8]));
        some("a NaN", &|bytes| bytes.windows(4).any(|four| four == f32::NAN.to_le_bytes()));
        some("a part twice", &|bytes| bytes.len() > content.len() + 16);
        assert!(!mutate(&mut Rng::from_seed(3), &[]).is_empty());
    }
}

mod text {
    use crate::mutate::text::*;
    use triptych::world::Rng;

    #[test]
    fn words_go_move_and_become_extreme() {
        let content = "caption?picture=7-0&decode=beam-3";
        let changed = |seed| mutate(&mut Rng::from_seed(seed), content.as_bytes());
        let all: Vec<String> = (0..2000).map(|seed| String::from_utf8(changed(seed)).unwrap()).collect();
        let some = |what: &str, is: &dyn Fn(&str) -> bool| assert!(all.iter().any(|text| is(text)), "{what}");
        some("a number at its bound", &|text| text.contains("beam-18446744073709551615"));
        some("an escape of no letter", &|text| text.contains("%ff"));
        some("truncation", &|text| text == "caption?picture=");
        some("a long word", &|text| text.contains(&"beam".repeat(2000)));
        assert_eq!(tokens(content).concat(), content);
    }
}

mod tensors {
    use crate::mutate::tensors::*;
    use triptych::world::Rng;

    #[test]
    fn the_length_fits_the_header_that_was_changed() {
        let header = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let file = framed(header, &[0; 8]);
        let all: Vec<Vec<u8>> = (0..1000).map(|seed| mutate(&mut Rng::from_seed(seed), &file)).collect();
        let headers: Vec<String> = all
            .iter()
            .flat_map(|file| parts(file))
            .map(|(header, _)| String::from_utf8_lossy(header).into_owned())
            .collect();
        assert!(headers.len() > 700, "{} of 1000 have a header of their length", headers.len());
        let some = |part: &str| assert!(headers.iter().any(|header| header.contains(part)), "{part}");
        some("[0,18446744073709551615]");
        some("\"dtype\":\"I8\"");
        some("\"shape\":[]");
        let nan = |file: &Vec<u8>| parts(file).is_some_and(|(_, data)| data[..4] == f32::NAN.to_le_bytes());
        assert!(all.iter().any(|file| file.len() == framed(header, &[0; 8]).len() && nan(file)));
    }
}

mod pictures {
    use crate::mutate::picture::*;
    use triptych::io::image::encode_png;
    use triptych::pixels::Pixels;
    use triptych::world::Rng;

    #[test]
    fn chunks_change_and_their_checksums_stay_right() {
        let png = encode_png(&Pixels::new(3, 2, (0..18).collect()));
        let names = |png: &[u8]| chunks(&png[SIGNATURE..]).iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
        assert_eq!(names(&png), [*b"IHDR", *b"IDAT", *b"IEND"]);
        let changed: Vec<Vec<u8>> =
            (0..300).map(|seed| mutate_png(&mut Rng::from_seed(seed), &png)).collect();
        assert!(changed.iter().any(|png| names(png) == [*b"IDAT", *b"IEND"]));
        assert!(changed.iter().any(|png| names(png).contains(b"eXIf")));
        for png in &changed {
            for (kind, data) in chunks(&png[SIGNATURE..]) {
                let body = [&kind[..], &data].concat();
                let whole = [&body[..], &crc32fast::hash(&body).to_be_bytes()].concat();
                assert!(png.windows(whole.len()).any(|part| part == whole));
            }
        }
    }
}
