//! Permalinks: the page's address, the scene in it and the model that it names.

use triptych::io::hub::{Source, key};
use triptych::ui::view::{PictureName, View};
use triptych::world::{Scene, Split, render, splits};

use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const ADDRESSES: [&str; 16] = [
    "retrieve?picture=7-0&gallery=12&by=matrix&q=a%20red%20circle&rerank=1&temp=0.07&temperature=70&pair=3-200",
    "caption?picture=18446744073709551615-3&edit=1&decode=sampling-0.8-7&decode=sample-800-7&prefix=a+large&layer-no=2&head-no=3&word=2",
    "caption?decode=beam-3&model=openai%2Fclip-vit-base-patch32%40main&weights=int8",
    "attend?of=patches&text=a+star&layer=2&head=0&patch=63",
    "ask?question=is+it+red%3F&sentence=two+hearts",
    "album?model=https%3A%2F%2Fexample.org%2Fa&q=a+dog+-snow&labels=dog%2C+cat&template=a+photo+of+a+%7B%7D",
    "contrast?seed=2&space=mixed&loss=sigmoid&way=text&hard=1&temp=0.07&tau=70&batch=16&width=32&lr=0.0009&rate=900&steps=300&step=30&cell=1-2",
    "contrast?show=objectives&race-with=graph&race-seed=4&race-batch=8&race-steps=60&race-probes=20&race-lr=0.0005&race-rate=500&race-piece=9",
    "fuse?seed=7&task=1-2-0-9&with=late.gate&batch=16&lr=0.0003&rate=300&dropout=10&alpha=0.1&modulation=1&step=340&sample=12&inside=gate",
    "fuse?modalities=picture.words.sound&task=1-1-1-1-1&with=gate",
    "sabotage?spoil=words-delay-50&step=400&model=http%3A%2F%2Flocalhost%3A8000%2Fclip%2F",
    "retrieve?from=sound&to=table&by=sentences",
    "space?space=coordinated&point=12-sound&minus=red&plus=ring",
    "models?model=openai%2Fclip",
    "teachers?sheet=late-fusion&answers=1&lesson=gates.2",
    "caption?picture=",
];

pub(super) fn target() -> Target {
    Target { name: "address", share: 2600, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let scene = splits::scene(Split::Test, 7, 0).to_code().expect("a scene of the world has a code");
    let coded = format!("caption?picture={scene}&edit=1");
    let all = ADDRESSES.iter().map(|address| address.to_string()).chain([coded]);
    all.map(|address| Files::of([("address.txt", address.into_bytes())])).collect()
}

fn run(files: &Files) -> Outcome {
    let address = String::from_utf8_lossy(files.only().1).into_owned();
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let view = View::from_address(path, query);
    let written = view.to_address();
    let (path, query) = written.split_once('?').unwrap_or((&written, ""));
    let again = View::from_address(path, query).to_address();
    if again != written {
        return Err(format!("the address of a view is {written:?}, and of what it opens {again:?}"));
    }
    match &view.picture {
        // Generating takes longer than all else: for one seed of many.
        PictureName::Seeded { seed, index } if seed.is_multiple_of(64) => {
            splits::scene(Split::Test, *seed, *index);
        }
        PictureName::Coded(code) => {
            render(&Scene::from_code(code).map_err(|error| format!("{code:?} was a scene: {error}"))?);
        }
        _ => {}
    }
    let source = Source::parse(&view.model);
    if let Ok(source) = &source {
        key(&source.name);
        let url = source.url("config.json");
        if !url.starts_with("https://")
            && !url.starts_with("http://localhost")
            && !url.starts_with("http://127.0.0.1")
        {
            return Err(format!("{:?} names the address {url}", view.model));
        }
    }
    Ok(if written.is_empty() { Verdict::Refused } else { Verdict::Taken })
}
