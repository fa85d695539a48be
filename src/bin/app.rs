//! The page.

fn main() {
    triptych::ui::start();
}
