//! A plan for a device, altered for checking: longer buffers with sentinels at their ends, and one variant per kernel.

use std::collections::HashMap;
use std::rc::Rc;

use super::guarded::{UNCOMPUTED, sentinel};
use crate::device::{CompiledPlan, Device, DeviceError};
use crate::kernel::Kernel;
use crate::plan::{Plan, Slot, SlotId, SlotKind};
use crate::tensor::HostTensor;

/// Words after each buffer. Shaders get sizes from their parameters, so they never learn of these.
const MARGIN: usize = 64;

/// Kernels cut down to one variant, so that a device has no choice. Plans hold `&'static` kernels: each is leaked once.
#[derive(Default)]
pub(super) struct OneVariant {
    kernels: HashMap<(&'static str, usize), &'static Kernel>,
}

impl OneVariant {
    fn of(&mut self, kernel: &'static Kernel, variant: usize) -> &'static Kernel {
        let i = variant.min(kernel.variants.len() - 1);
        let only = || -> &'static Kernel {
            Box::leak(Box::new(Kernel { variants: std::slice::from_ref(&kernel.variants[i]), ..*kernel }))
        };
        self.kernels.entry((kernel.name, i)).or_insert_with(only)
    }
}

/// A padded plan on a device, its slots filled.
pub(super) struct Padded<'a> {
    plan: &'a Plan,
    compiled: CompiledPlan,
}

impl<'a> Padded<'a> {
    /// Compiles `plan` with the `variant`-th form of each kernel (the last where there are fewer) and fills the slots
    /// from `contents`, those without it marked as uncomputed.
    pub(super) async fn new(
        device: &Device,
        plan: &'a Plan,
        kernels: &mut OneVariant,
        variant: usize,
        contents: impl Fn(&Slot) -> Option<HostTensor>,
    ) -> Result<Self, DeviceError> {
        let mut altered = plan.clone();
        for step in &mut altered.steps {
            step.kernel = kernels.of(step.kernel, variant);
        }
        for slot in &mut altered.slots {
            slot.shape = [slot.shape.numel() + MARGIN].into();
        }
        let mut params = device.param_store();
        let roots = plan.ids().map(|id| (id, plan.slot(id))).filter(|(_, slot)| slot.view_of.is_none());
        let (stored, others): (Vec<_>, Vec<_>) = roots.partition(|(_, slot)| slot.kind == SlotKind::Stored);
        for (id, slot) in stored {
            params.store(&slot.name, &padded(id, slot, contents(slot)))?;
        }
        let compiled = params.compile(Rc::new(altered)).await?;
        for (id, slot) in others {
            compiled.write(&slot.name, &padded(id, slot, contents(slot)));
        }
        Ok(Padded { plan, compiled })
    }

    pub(super) fn run(&self) -> Result<(), DeviceError> {
        self.compiled.run(self.plan.all())
    }

    /// A slot's contents; the inner error says that something was written past its end.
    pub(super) async fn read(&self, id: SlotId) -> Result<Result<HostTensor, String>, DeviceError> {
        let slot = self.plan.slot(id);
        let tensor = self.compiled.read(&slot.name).await?;
        let (words, end) = tensor.words().split_at(slot.shape.numel());
        Ok(match end.iter().all(|word| *word == sentinel(id)) {
            true => Ok(HostTensor::from_words(slot.shape.clone(), slot.dtype, words)),
            false => Err("was written past its end".to_string()),
        })
    }
}

fn padded(id: SlotId, slot: &Slot, contents: Option<HostTensor>) -> HostTensor {
    let count = slot.shape.numel();
    let mut words = contents.map_or_else(|| vec![UNCOMPUTED; count], |tensor| tensor.words().to_vec());
    words.resize(count + MARGIN, sentinel(id));
    HostTensor::from_words([count + MARGIN].into(), slot.dtype, &words)
}
