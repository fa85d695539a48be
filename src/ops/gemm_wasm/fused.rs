//! The register tile with a fused multiply-add, where the browser has relaxed SIMD.
//!
//! A module that holds an instruction unknown to the browser is refused as a whole, and cargo compiles a program for one
//! set of instructions. So this tile is a module of its own, `tile.wat`, in the same memory; it stands in the table of
//! functions, where Rust's function pointers are indices, and a call of it costs as much as one of any of these.

use js_sys::WebAssembly::{Instance, Module, Table, validate};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::Tile;

static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tile.wasm"));

/// Rows of the tile.
pub const MR: usize = 6;

/// The tile of six rows and eight columns, as [`Tile`] says; none in a browser without relaxed SIMD.
pub fn tile() -> Option<Tile> {
    thread_local!(static TILE: Option<Tile> = load().ok().flatten());
    TILE.with(|tile| *tile)
}

fn load() -> Result<Option<Tile>, JsValue> {
    let code = Uint8Array::from(MODULE);
    if !validate(&code)? {
        return Ok(None);
    }
    let (imports, host) = (Object::new(), Object::new());
    Reflect::set(&host, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"host".into(), &host)?;
    let instance = Instance::new(&Module::new(&code)?, &imports)?;
    let tile: Function = Reflect::get(&instance.exports(), &"tile".into())?.dyn_into()?;
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    let index = table.grow(1)?;
    table.set(index, &tile)?;
    // SAFETY: at this index of the table stands a function of this signature, and it stays there.
    Ok(Some(unsafe { std::mem::transmute::<usize, Tile>(index as usize) }))
}
