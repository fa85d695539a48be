use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::*;
use crate::io::file::Folder;
use crate::io::safetensors::{Floats, to_bytes};
use crate::precision::Precision;
use crate::tensor::HostTensor;

type Memory = BTreeMap<&'static str, Rc<Vec<u8>>>;

fn memory<const N: usize>(files: [(&'static str, Vec<u8>); N]) -> Memory {
    files.map(|(name, bytes)| (name, Rc::new(bytes))).into()
}

fn shard(name: &str, tensor: HostTensor) -> Vec<u8> {
    to_bytes([(name, &tensor)], &[], Floats::F32).unwrap()
}

fn sharded(index: &str) -> Memory {
    memory([
        (INDEX, index.as_bytes().to_vec()),
        ("model-1.safetensors", shard("a", HostTensor::f32([2], vec![1.0, 2.0]))),
        ("model-2.safetensors", shard("b", HostTensor::u32([1], vec![7]))),
    ])
}

fn message<T>(result: Result<T, WeightsError>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn shards_are_one() {
    let files = sharded(r#"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#);
    let weights = Weights::open(&files).unwrap();
    assert!(weights.has("a") && !weights.has("c"));
    let values = |tensor: &str, shape: [usize; 1]| {
        let mut values = Vec::new();
        let piece = |start, piece: Vec<f32>| -> Result<(), WeightsError> {
            assert_eq!(start, values.len());
            values.extend(piece);
            Ok(())
        };
        weights.pieces(tensor, &shape.into(), piece).map(|()| values)
    };
    assert_eq!(values("a", [2]).unwrap(), [1.0, 2.0]);
    assert_eq!(message(values("c", [2])), format!("{INDEX} has no tensor `c`"));
    assert_eq!(message(values("b", [1])), "`b` in model-2.safetensors holds U32, expected F32, F16 or BF16");
    assert_eq!(message(values("a", [3])), "`a` in model-1.safetensors has shape [2], expected [3]");
}

#[test]
fn what_the_index_lists_must_be_there() {
    let missing = sharded(r#"{"weight_map":{"a":"model-3.safetensors"}}"#);
    assert_eq!(
        message(Weights::open(&missing)),
        format!("{INDEX} lists model-3.safetensors, which is not there")
    );
    let outside = sharded(r#"{"weight_map":{"a":"../model-1.safetensors"}}"#);
    assert!(message(Weights::open(&outside)).contains("`../model-1.safetensors` is not the name"));
    assert!(message(Weights::open(&sharded("{}"))).contains("missing field `weight_map`"));
    let nothing = memory([]);
    assert_eq!(message(Weights::open(&nothing)), format!("there is neither {WHOLE} nor {INDEX}"));
}

/// Numbers that differ from row to row by magnitude.
fn ramp(shape: [usize; 2]) -> Vec<f32> {
    (0..shape[0] * shape[1])
        .map(|i| ((i * 37 % 101) as f32 - 50.0) * (1 + i / shape[1]) as f32 / 64.0)
        .collect()
}

/// Writes a vector `v` of 3 and a matrix `m` of 12 rows of 32 into files of at most `limit` bytes.
fn written(folder: &Path, precision: Precision, limit: u64, m: &[f32]) -> Result<Vec<u64>, WriteError> {
    let stored =
        |name: &str, shape: Shape, precision| TensorSpec { name: name.to_string(), shape, precision };
    let (v, matrix) = (stored("v", [3].into(), Precision::F32), stored("m", [12, 32].into(), precision));
    let mut shards = Shards::create(folder, &[v.clone(), matrix.clone()], limit)?;
    let mut writer = shards.tensor(&v);
    writer.take(vec![0.5, -3.0, 7.25])?;
    writer.finish()?;
    let mut writer = shards.tensor(&matrix);
    // Pieces that end within rows and within parts.
    for piece in m.chunks(45) {
        writer.take(piece.to_vec())?;
    }
    writer.finish()?;
    shards.finish()
}

/// A tensor through [`Weights::pieces`].
fn read(weights: &Weights, tensor: &str, shape: Shape) -> Result<Vec<f32>, WeightsError> {
    let mut values = Vec::new();
    weights.pieces(tensor, &shape, |start, piece: Vec<f32>| -> Result<(), WeightsError> {
        assert_eq!(start, values.len());
        values.extend(piece);
        Ok(())
    })?;
    Ok(values)
}

fn open_folder(folder: &Path) -> Result<Weights, WeightsError> {
    Weights::open(&Folder(folder.to_path_buf()))
}

#[test]
fn split_tensors_come_back_whole_and_no_file_is_beyond_the_limit() {
    let m = ramp([12, 32]);
    for (precision, limit) in [(Precision::F32, 800), (Precision::F16, 500), (Precision::Int8, 400)] {
        let folder = tempfile::tempdir().unwrap();
        let sizes = written(folder.path(), precision, limit, &m).unwrap();
        assert!(sizes.len() > 2 && sizes.iter().all(|size| *size <= limit), "{precision:?}: {sizes:?}");
        let weights = open_folder(folder.path()).unwrap();
        assert_eq!(weights.bytes(), sizes.iter().sum::<u64>());
        assert!(weights.has("m") && weights.has("m.part1") && !weights.places.contains_key("m"));
        assert_eq!(read(&weights, "v", [3].into()).unwrap(), [0.5, -3.0, 7.25]);
        let back = read(&weights, "m", [12, 32].into()).unwrap();
        for (row, (want, got)) in m.chunks(32).zip(back.chunks(32)).enumerate() {
            let largest = want.iter().fold(0.0, |max: f32, value| max.max(value.abs()));
            // Half a step: none, 2^-12 of a number below its power of two, a 254th of the largest.
            let half = match precision {
                Precision::F32 => 0.0,
                Precision::F16 => largest / 2048.0,
                Precision::Int8 => largest / 254.0 * 1.0001,
            };
            let worst = want.iter().zip(got).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= half, "{precision:?}, row {row}: off by {worst}, half a step is {half}");
        }
    }
}

#[test]
fn one_file_has_no_index_and_every_tensor_at_a_multiple_of_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = written(folder.path(), Precision::Int8, 10_000, &ramp([12, 32])).unwrap();
    assert_eq!(sizes.len(), 1);
    assert!(!folder.path().join(INDEX).exists());
    let bytes = std::fs::read(folder.path().join(WHOLE)).unwrap();
    assert_eq!(bytes.len() as u64, sizes[0]);
    let file = SafetensorsFile::new(WHOLE, bytes).unwrap();
    assert_eq!(file.names(), ["v", "m.scale", "m"]);
    assert_eq!(file.metadata()["format"], "pt");
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let refused = |precision, limit, m: &[f32]| {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), precision, limit, m).unwrap_err().to_string()
    };
    let mut m = ramp([12, 32]);
    assert_eq!(refused(Precision::F32, 300, &m), "a row of `m` has 128 bytes, a file at most 300");
    m[50] = 7e4;
    let overflow = "`m` holds 70000 at element 50, beyond the largest f16 of 65504";
    assert_eq!(refused(Precision::F16, 10_000, &m), overflow);
    m[50] = f32::NAN;
    let not_finite = "`m` holds NaN at element 50, expected a finite number";
    assert_eq!(refused(Precision::Int8, 10_000, &m), not_finite);
}

/// A shard with `x` of four int8 rows of one and what is given of its scales.
fn scaled(scales: Option<HostTensor>) -> Result<Vec<f32>, String> {
    let mut header = r#"{"x":{"dtype":"I8","shape":[4,1],"data_offsets":[0,4]}"#.to_string();
    let mut data = vec![1, 0xff, 0x7f, 0];
    if let Some(scales) = scales {
        let end = 4 + 4 * scales.shape.numel();
        header +=
            &format!(r#","x.scale":{{"dtype":"F32","shape":{},"data_offsets":[4,{end}]}}"#, scales.shape);
        data.extend(scales.as_f32().iter().flat_map(|scale| scale.to_le_bytes()));
    }
    header += "}";
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
    let weights = Weights::open(&memory([(WHOLE, bytes)])).unwrap();
    read(&weights, "x", [4, 1].into()).map_err(|error| error.to_string())
}

#[test]
fn broken_scales_are_refused_by_name() {
    let scales = |values: [f32; 4]| Some(HostTensor::f32([4], values.to_vec()));
    assert_eq!(scaled(scales([0.5, 0.25, 2.0, 1.0])).unwrap(), [0.5, -0.25, 254.0, 0.0]);
    assert_eq!(scaled(None).unwrap_err(), format!("{WHOLE} has no tensor `x.scale`"));
    let three = HostTensor::f32([3], vec![1.0; 3]);
    let message = format!("`x.scale` in {WHOLE} has shape [3], expected [4]");
    assert_eq!(scaled(Some(three)).unwrap_err(), message);
    for (broken, word) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (-1.0, "-1")] {
        let message =
            format!("`x.scale` in {WHOLE} holds {word} at row 2, expected a finite scale of at least 0");
        assert_eq!(scaled(scales([1.0, 0.0, broken, 1.0])).unwrap_err(), message);
    }
}

#[test]
fn parts_that_do_not_make_the_tensor_are_refused_by_name() {
    let file = |first: &str| {
        let index = format!(r#"{{"weight_map":{{"w.part0":"{first}","w.part1":"b.safetensors"}}}}"#);
        let part = |k: usize, shape: [usize; 2]| {
            shard(&part_name("w", k), HostTensor::f32(shape, vec![k as f32; shape[0] * shape[1]]))
        };
        let files = memory([
            (INDEX, index.into_bytes()),
            ("a.safetensors", part(0, [1, 3])),
            ("b.safetensors", part(1, [2, 3])),
            ("c.safetensors", part(0, [1, 4])),
        ]);
        Weights::open(&files).unwrap()
    };
    let values = read(&file("a.safetensors"), "w", [3, 3].into()).unwrap();
    assert_eq!(values, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(
        message(read(&file("a.safetensors"), "w", [4, 3].into())),
        format!("`w` in 2 parts of {INDEX} has shape [3,3], expected [4,3]")
    );
    assert_eq!(
        message(read(&file("b.safetensors"), "w", [3, 3].into())),
        "b.safetensors has no tensor `w.part0`"
    );
    assert_eq!(
        message(read(&file("c.safetensors"), "w", [3, 3].into())),
        "`w.part0` in c.safetensors has shape [1,4], expected [1,3]"
    );
}

#[test]
fn no_more_files_are_written_than_an_index_may_list() {
    let tensor = |at| TensorSpec { name: format!("w{at}"), shape: [100].into(), precision: Precision::F32 };
    let tensors: Vec<TensorSpec> = (0..257).map(tensor).collect();
    let folder = tempfile::tempdir().unwrap();
    let told = Shards::create(folder.path(), &tensors, 700).map(|_| ()).unwrap_err().to_string();
    assert_eq!(told, "the model would need 257 files of weights; an index may list at most 256");
    assert!(Shards::create(folder.path(), &tensors[1..], 700).is_ok());
}
