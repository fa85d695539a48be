//! A causal transformer of two layers: logits, the gradient of every weight, and ten losses of training.

use super::{Bench, Form, Goldens};
use triptych::nn::{linear, norm};
use triptych::ops::activation::Activation;
use triptych::ops::adamw::{AdamW, adamw};
use triptych::ops::attention::{Attention, attention};
use triptych::ops::binary::add;
use triptych::ops::cross_entropy::cross_entropy;
use triptych::ops::embedding::embedding;
use triptych::ops::grad_norm::grad_norm;
use triptych::ops::linear as affine;
use triptych::plan::{Plan, PlanBuilder, SlotId};
use triptych::tensor::{DType, HostTensor};

const VOCABULARY: usize = 17;
const ROWS: usize = 3;
const LENGTH: usize = 8;
const WIDTH: usize = 16;
const HEADS: usize = 2;
const STEPS: usize = 10;

fn block(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let h = norm(b, "norm1", x);
    let h = b.scope("attention", |b| {
        let [q, k, v] = ["q", "k", "v"].map(|name| linear(b, name, h, WIDTH, None));
        let h = attention(b, Attention { heads: HEADS, causal: true }, q, k, v, None);
        linear(b, "out", h, WIDTH, None)
    });
    let x = add(b, x, h);
    let h = norm(b, "norm2", x);
    let h = b.scope("mlp", |b| {
        let h = linear(b, "up", h, 4 * WIDTH, Some(Activation::Gelu));
        linear(b, "down", h, WIDTH, None)
    });
    add(b, x, h)
}

fn logits(b: &mut PlanBuilder, ids: SlotId) -> SlotId {
    let tokens = b.param("tokens.weight", [VOCABULARY, WIDTH]);
    let positions = b.param("positions", [LENGTH, WIDTH]);
    let x = embedding(b, tokens, ids);
    let mut x = add(b, x, positions);
    for i in 0..2 {
        x = b.scope(format!("blocks.{i}"), |b| block(b, x));
    }
    let x = norm(b, "norm", x);
    let head = b.weight("head.weight", [VOCABULARY, WIDTH]);
    let logits = affine::linear(b, x, head, None, None);
    b.name(logits, "logits");
    logits
}

/// One step of training: the loss of the weights as they are, then their update.
fn training() -> Plan {
    let mut b = PlanBuilder::training();
    let ids = b.input("ids", [ROWS, LENGTH], DType::U32);
    let targets = b.input("targets", [ROWS * LENGTH], DType::U32);
    let weights = b.input("weights", [ROWS * LENGTH], DType::F32);
    let hyper = b.input("hyper", [2], DType::F32);
    let logits = logits(&mut b, ids);
    let rows = b.reshape(logits, [ROWS * LENGTH, VOCABULARY]);
    let loss = cross_entropy(&mut b, rows, targets, weights);
    b.name(loss, "loss");
    let learned = b.backward(loss);
    let grads: Vec<SlotId> = learned.iter().map(|(_, grad)| *grad).collect();
    let decay = |weight| if b.shape(weight).len() > 1 { 0.1 } else { 0.0 };
    let learned: Vec<_> = learned.into_iter().map(|(weight, grad)| (weight, grad, decay(weight))).collect();
    let norm = grad_norm(&mut b, &grads);
    let config = AdamW { beta1: 0.9, beta2: 0.95, eps: 1e-8, clip: 0.5 };
    adamw(&mut b, &config, &learned, norm, hyper);
    b.finish()
}

fn check(goldens: &Goldens, form: Form) {
    let (device, tolerance) = (form.device(), form.tolerance());
    let initial =
        |name: &str| goldens.has(&format!("init/{name}")).then(|| goldens.get(&format!("init/{name}")));
    let bench = Bench::new(&device, training(), initial);
    for input in ["ids", "targets", "weights"] {
        bench.write(input, goldens.get(input));
    }
    let mut losses = Vec::new();
    for step in 0..STEPS {
        bench.write("hyper", &HostTensor::f32([2], vec![0.02, step as f32 + 1.0]));
        bench.run();
        losses.push(bench.read("loss").as_f32()[0]);
        if step == 0 {
            goldens.check("logits", &bench.read("logits"), tolerance);
            for name in goldens.below("grad/") {
                let name = format!("grad/{name}");
                goldens.check(&name, &bench.read(&name), tolerance);
            }
        }
    }
    goldens.check("losses", &HostTensor::f32([STEPS], losses), tolerance);
}

fn agree(form: Form) {
    let goldens = Goldens::open("transformer");
    check(&goldens, form);
    goldens.expect_clean();
}

#[test]
fn the_definitions_train_a_transformer_as_pytorch_does() {
    agree(Form::Exact);
}

#[test]
fn the_fast_forms_train_a_transformer_as_pytorch_does() {
    agree(Form::Fast);
}

#[test]
fn the_gpu_trains_a_transformer_as_pytorch_does() {
    agree(Form::Gpu);
}

#[test]
fn one_wrong_logit_gradient_or_loss_is_found() {
    let goldens = Goldens::open("transformer");
    let is_result =
        |name: &&String| name.starts_with("grad/") || ["logits", "losses"].contains(&name.as_str());
    let results: Vec<String> = goldens.tensors.keys().filter(is_result).cloned().collect();
    goldens.expect_found(&results, Form::Fast.tolerance(), |goldens| check(goldens, Form::Fast));
}
