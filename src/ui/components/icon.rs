//! Icons: strokes on a 24x24 grid.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Home,
    Lessons,
    Teachers,
    Retrieve,
    Caption,
    Attend,
    Ask,
    Listen,
    Space,
    Contrast,
    Fuse,
    Sabotage,
    Album,
    Models,
    Play,
    Pause,
    Step,
    New,
    Edit,
    Upload,
    Camera,
    Download,
    Sun,
    Moon,
    Check,
    Cross,
    Unknown,
    Chip,
    Link,
    Share,
    Print,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Icon::Home => "M3 5h5v14H3zM9.5 3h5v18h-5zM16 5h5v14h-5z",
            Icon::Lessons => {
                "M12 6.5C10 5 7 4.5 3 4.5v13c4 0 7 .5 9 2 2-1.5 5-2 9-2v-13c-4 0-7 .5-9 2zM12 6.5v13"
            }
            Icon::Teachers => "M3 4h18v11H3zM7 8h6M7 11h4M12 15v3M8 21l4-3 4 3",
            Icon::Retrieve => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
            Icon::Caption => "M4 4h16v10H4zM4 18h16M4 21h9",
            Icon::Attend => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"
            }
            Icon::Contrast => "M4 4h16v16H4zM4 4l16 16M9.3 4v5.3M14.7 9.3v5.4M9.3 9.3h5.4",
            Icon::Fuse => "M4 5c8 0 8 7 16 7M4 19c8 0 8-7 16-7M16 8l4 4-4 4",
            Icon::Sabotage => "M13 3 5 14h6l-1 7 8-11h-6z",
            Icon::Album => "M4 7h13v13H4zM7 7V4h13v13h-3M7 17l3.5-4 2.5 2.5 1.5-1.5 2.5 3",
            Icon::Models => "M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9",
            Icon::Ask => "M4 4h16v12h-9l-4 4v-4H4zM10 8.5a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M12 13.6v.1",
            Icon::Listen => {
                "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15 9a4 4 0 0 1 0 6M17.5 6.5a7.5 7.5 0 0 1 0 11"
            }
            Icon::Space => "M4 4v16h16M8.5 9v.1M12 14v.1M16 7v.1M17 15v.1M9 16v.1M13 9.5v.1",
            Icon::New => "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5",
            Icon::Edit => "M4 20l1-4L16.5 4.5l3 3L8 19zM14.5 6.5l3 3",
            Icon::Camera => "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
            Icon::Upload => "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
            Icon::Download => "M12 4v12M7 11l5 5 5-5M4 16v4h16v-4",
            Icon::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2"
            }
            Icon::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
            Icon::Play => "M7 4.5v15l12-7.5z",
            Icon::Pause => "M8 5v14M16 5v14",
            Icon::Step => "M6 5v14l9-7zM18 5v14",
            Icon::Check => "M5 12.5l4.5 4.5L19 7.5",
            Icon::Cross => "M6 6l12 12M18 6L6 18",
            Icon::Unknown => "M5 12h14",
            Icon::Link => {
                "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"
            }
            Icon::Print => "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
            Icon::Share => {
                "M17 4a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM7 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM17 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9.2 10.9l5.6-3.2M9.2 13.1l5.6 3.2"
            }
            Icon::Chip => "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
        }
    }
}

/// An icon beside a word that says the same.
#[component]
pub fn Glyph(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=icon.path() /></svg>
    }
}
