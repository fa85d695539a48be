;; What matrix multiplication spends its time in, for wasm with relaxed SIMD, all in f32. Each multiply-add is one rounding
;; and one instruction where the processor has it. It works in the memory of whoever loads it (gemm_wasm/fused.rs).
(module
  (import "host" "memory" (memory 1))
  ;; A panel `a` [depth, 6] times a panel `b` [depth, 8] to `out` [6, 8], whose rows are `stride` bytes apart, added to what
  ;; stands there where `add` is not 0.
  (func (export "tile") (param $a i32) (param $b i32) (param $depth i32) (param $out i32)
    (param $stride i32) (param $add i32)
    (local $s00 v128) (local $s01 v128)
    (local $s10 v128) (local $s11 v128)
    (local $s20 v128) (local $s21 v128)
    (local $s30 v128) (local $s31 v128)
    (local $s40 v128) (local $s41 v128)
    (local $s50 v128) (local $s51 v128)
    (local $left v128) (local $right v128) (local $value v128)
    (loop $next
      (local.set $left (v128.load (local.get $b)))
      (local.set $right (v128.load offset=16 (local.get $b)))

      (local.set $value (v128.load32_splat (local.get $a)))
      (local.set $s00 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s00)))
      (local.set $s01 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s01)))

      (local.set $value (v128.load32_splat offset=4 (local.get $a)))
      (local.set $s10 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s10)))
      (local.set $s11 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s11)))

      (local.set $value (v128.load32_splat offset=8 (local.get $a)))
      (local.set $s20 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s20)))
      (local.set $s21 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s21)))

      (local.set $value (v128.load32_splat offset=12 (local.get $a)))
      (local.set $s30 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s30)))
      (local.set $s31 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s31)))

      (local.set $value (v128.load32_splat offset=16 (local.get $a)))
      (local.set $s40 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s40)))
      (local.set $s41 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s41)))

      (local.set $value (v128.load32_splat offset=20 (local.get $a)))
      (local.set $s50 (f32x4.relaxed_madd (local.get $value) (local.get $left) (local.get $s50)))
      (local.set $s51 (f32x4.relaxed_madd (local.get $value) (local.get $right) (local.get $s51)))

      (local.set $a (i32.add (local.get $a) (i32.const 24)))
      (local.set $b (i32.add (local.get $b) (i32.const 32)))
      (br_if $next (local.tee $depth (i32.sub (local.get $depth) (i32.const 1)))))

    (if (local.get $add)
      (then
        (local.set $s00 (f32x4.add (local.get $s00) (v128.load (local.get $out))))
        (local.set $s01 (f32x4.add (local.get $s01) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s00))
    (v128.store offset=16 (local.get $out) (local.get $s01))
    (local.set $out (i32.add (local.get $out) (local.get $stride)))

    (if (local.get $add)
      (then
        (local.set $s10 (f32x4.add (local.get $s10) (v128.load (local.get $out))))
        (local.set $s11 (f32x4.add (local.get $s11) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s10))
    (v128.store offset=16 (local.get $out) (local.get $s11))
    (local.set $out (i32.add (local.get $out) (local.get $stride)))

    (if (local.get $add)
      (then
        (local.set $s20 (f32x4.add (local.get $s20) (v128.load (local.get $out))))
        (local.set $s21 (f32x4.add (local.get $s21) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s20))
    (v128.store offset=16 (local.get $out) (local.get $s21))
    (local.set $out (i32.add (local.get $out) (local.get $stride)))

    (if (local.get $add)
      (then
        (local.set $s30 (f32x4.add (local.get $s30) (v128.load (local.get $out))))
        (local.set $s31 (f32x4.add (local.get $s31) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s30))
    (v128.store offset=16 (local.get $out) (local.get $s31))
    (local.set $out (i32.add (local.get $out) (local.get $stride)))

    (if (local.get $add)
      (then
        (local.set $s40 (f32x4.add (local.get $s40) (v128.load (local.get $out))))
        (local.set $s41 (f32x4.add (local.get $s41) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s40))
    (v128.store offset=16 (local.get $out) (local.get $s41))
    (local.set $out (i32.add (local.get $out) (local.get $stride)))

    (if (local.get $add)
      (then
        (local.set $s50 (f32x4.add (local.get $s50) (v128.load (local.get $out))))
        (local.set $s51 (f32x4.add (local.get $s51) (v128.load offset=16 (local.get $out))))))
    (v128.store (local.get $out) (local.get $s50))
    (v128.store offset=16 (local.get $out) (local.get $s51)))

  ;; A row `a` [depth] times four panels `b` [depth, 8], `step` bytes apart, to `out` [4, 8].
  (func (export "skinny") (param $a i32) (param $b0 i32) (param $step i32) (param $depth i32) (param $out i32)
    (local $b1 i32) (local $b2 i32) (local $b3 i32) (local $value v128)
    (local $s00 v128) (local $s01 v128)
    (local $s10 v128) (local $s11 v128)
    (local $s20 v128) (local $s21 v128)
    (local $s30 v128) (local $s31 v128)
    (local.set $b1 (i32.add (local.get $b0) (local.get $step)))
    (local.set $b2 (i32.add (local.get $b1) (local.get $step)))
    (local.set $b3 (i32.add (local.get $b2) (local.get $step)))
    (loop $next
      (local.set $value (v128.load32_splat (local.get $a)))
      (local.set $s00 (f32x4.relaxed_madd (local.get $value) (v128.load (local.get $b0)) (local.get $s00)))
      (local.set $s01 (f32x4.relaxed_madd (local.get $value) (v128.load offset=16 (local.get $b0)) (local.get $s01)))
      (local.set $s10 (f32x4.relaxed_madd (local.get $value) (v128.load (local.get $b1)) (local.get $s10)))
      (local.set $s11 (f32x4.relaxed_madd (local.get $value) (v128.load offset=16 (local.get $b1)) (local.get $s11)))
      (local.set $s20 (f32x4.relaxed_madd (local.get $value) (v128.load (local.get $b2)) (local.get $s20)))
      (local.set $s21 (f32x4.relaxed_madd (local.get $value) (v128.load offset=16 (local.get $b2)) (local.get $s21)))
      (local.set $s30 (f32x4.relaxed_madd (local.get $value) (v128.load (local.get $b3)) (local.get $s30)))
      (local.set $s31 (f32x4.relaxed_madd (local.get $value) (v128.load offset=16 (local.get $b3)) (local.get $s31)))
      (local.set $a (i32.add (local.get $a) (i32.const 4)))
      (local.set $b0 (i32.add (local.get $b0) (i32.const 32)))
      (local.set $b1 (i32.add (local.get $b1) (i32.const 32)))
      (local.set $b2 (i32.add (local.get $b2) (i32.const 32)))
      (local.set $b3 (i32.add (local.get $b3) (i32.const 32)))
      (br_if $next (local.tee $depth (i32.sub (local.get $depth) (i32.const 1)))))
    (v128.store (local.get $out) (local.get $s00))
    (v128.store offset=16 (local.get $out) (local.get $s01))
    (v128.store offset=32 (local.get $out) (local.get $s10))
    (v128.store offset=48 (local.get $out) (local.get $s11))
    (v128.store offset=64 (local.get $out) (local.get $s20))
    (v128.store offset=80 (local.get $out) (local.get $s21))
    (v128.store offset=96 (local.get $out) (local.get $s30))
    (v128.store offset=112 (local.get $out) (local.get $s31))))
