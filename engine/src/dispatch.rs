//! Loops for the processor at hand. A build runs on every x86-64, all of which have SSE2; nearly all have AVX2 and FMA, for which
//! loops are worth compiling too. [`dispatched!`] emits a function twice and chooses by the processor when it is called. On ARM
//! and in WebAssembly it emits the function once.
//!
//! Closures written within such a function are compiled for the same processor, also those given to other threads. Functions
//! that it calls are not, unless they are `#[inline(always)]`, dispatched themselves, or std's small ones; nor is a function
//! written within it, nor a closure within a function that is inlined: keep loops out of `map` there. To dispatch costs about a
//! nanosecond: a row may be dispatched, an element may not.

/// `a * b + c`: for a function `f<M: MulAdd>` that is dispatched, `M` is [`Fused`] or [`Apart`]. What it calls has the
/// type parameter too, since `cfg!(target_feature)` does not know by whom a function is called.
pub(crate) trait MulAdd {
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// By two instructions, unless every processor of the build has one: `f32::mul_add` would be a library call.
pub(crate) struct Apart;

impl MulAdd for Apart {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) { a.mul_add(b, c) } else { a * b + c }
    }
}

/// By one instruction, rounded once.
#[cfg(any(target_arch = "x86_64", test))]
pub(crate) struct Fused;

#[cfg(any(target_arch = "x86_64", test))]
impl MulAdd for Fused {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// Whether the processor has what x86-64-v3 adds; asked once. Where `TRIPTYCH_BASELINE` is set it is not used: the tests run
/// the other forms by that.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_v3() -> bool {
    static HAS_V3: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
        std::env::var_os("TRIPTYCH_BASELINE").is_none()
            && is_x86_feature_detected!("avx")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("f16c")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("movbe")
            && is_x86_feature_detected!("popcnt")
    });
    *HAS_V3
}

/// A function in two forms, of which the caller sees one: `dispatched! { fn f(x: &[f32]) -> f32 { .. } }`, with
/// `f<M: MulAdd>` where it multiplies and adds; or the fast form of a kernel: `dispatched!(|args: &mut Args| { .. })`.
macro_rules! dispatched {
    (|$args:ident: $type:ty| $body:block) => {{
        $crate::dispatch::dispatched! { fn form($args: $type) $body }
        form
    }};
    (
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$math:ident: MulAdd>)? ($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            if $crate::dispatch::has_v3() {
                #[target_feature(enable = "avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,popcnt")]
                fn v3($($arg: $type),*) $(-> $result)? {
                    $(type $math = $crate::dispatch::Fused;)?
                    $body
                }
                // SAFETY: the processor has all of these, as has just been asked.
                return unsafe { v3($($arg),*) };
            }
            $(type $math = $crate::dispatch::Apart;)?
            $body
        }
    };
}
pub(crate) use dispatched;
