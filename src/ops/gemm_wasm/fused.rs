//! The register tile with a fused multiply-add, where the browser has relaxed SIMD.
//!
//! A module that holds an instruction unknown to the browser is refused as a whole, and cargo compiles a program for one
//! set of instructions. So this tile is a module of its own, `tile.wat`, in the same memory; it stands in the table of
//! functions, where Rust's function pointers are indices, and a call of it costs as much as one of any of these.

use js_sys::WebAssembly::{Instance, Module, Table, validate};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::NR;

static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tile.wasm"));

/// Rows of the tile.
pub const MR: usize = 6;

/// `(a, b, depth, sums)`, depth at least 1.
type Tile = unsafe extern "C" fn(*const f32, *const f32, usize, *mut f32);

/// Sums of a tile.
type Sums = [[f32; NR]; MR];

/// What makes `sums` of the panels `a` `[l, MR]` and `b` `[l, NR]`, `l` at least 1; none in a browser without relaxed SIMD.
pub fn tile() -> Option<impl Fn(&[f32], &[f32], &mut Sums)> {
    thread_local!(static TILE: Option<Tile> = load().ok().flatten());
    let tile = TILE.with(|tile| *tile)?;
    Some(move |a: &[f32], b: &[f32], sums: &mut Sums| {
        let depth = b.len() / NR;
        assert!(depth > 0 && a.len() == MR * depth, "panels of {} and {} values", a.len(), b.len());
        // SAFETY: the tile reads `depth` lines of either panel and writes all sums.
        unsafe { tile(a.as_ptr(), b.as_ptr(), depth, sums.as_flattened_mut().as_mut_ptr()) }
    })
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
