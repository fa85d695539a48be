//! What multiplies and adds in one instruction, where the browser has relaxed SIMD.
//!
//! A module that holds an instruction unknown to the browser is refused as a whole, and cargo compiles a program for one
//! set of instructions. So this is a module of its own, `fused.wat`, in the same memory; its functions stand in the table of
//! functions, where Rust's function pointers are indices, and a call of one costs as much as one of any of these.

use js_sys::WebAssembly::{Instance, Module, Table, validate};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::{NR, Products, Skinny, Tile};
use crate::ops::gemm::skinny::STREAMS;

static MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fused.wasm"));

/// Rows of the tile.
pub(crate) const MR: usize = 6;

// As `fused.wat` has them.
const _: () = assert!(NR == 8 && STREAMS == 4);

/// None in a browser without relaxed SIMD.
pub(crate) fn products() -> Option<Products> {
    thread_local!(static PRODUCTS: Option<Products> = load().ok().flatten());
    PRODUCTS.with(|products| *products)
}

fn load() -> Result<Option<Products>, JsValue> {
    let code = Uint8Array::from(MODULE);
    if !validate(&code)? {
        return Ok(None);
    }
    let (imports, host) = (Object::new(), Object::new());
    Reflect::set(&host, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"host".into(), &host)?;
    let instance = Instance::new(&Module::new(&code)?, &imports)?;
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    let index = table.grow(2)?;
    for (at, name) in ["tile", "skinny"].into_iter().enumerate() {
        let function: Function = Reflect::get(&instance.exports(), &name.into())?.dyn_into()?;
        table.set(index + at as u32, &function)?;
    }
    // SAFETY: on wasm32 a function pointer is the index of its function in the module's table of functions: LLVM gives the address
    // of a function as its entry in `__indirect_function_table` and calls a pointer by `call_indirect` on that table (the
    // WebAssembly tool conventions, "Linking", `R_WASM_TABLE_INDEX_*`), and the one that `wasm_bindgen` hands out is it, the only
    // one. The two entries were added above; `call_indirect` itself holds them to the signature, or traps. `fused.wat` has these
    // signatures, and nothing takes the entries away.
    Ok(Some(unsafe {
        Products {
            tile: std::mem::transmute::<usize, Tile>(index as usize),
            skinny: std::mem::transmute::<usize, Skinny>(index as usize + 1),
        }
    }))
}
