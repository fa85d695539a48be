//! An adapter opened for computing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use futures_channel::oneshot;

use super::adapter::{self, AdapterInfo};
use super::pipeline::Pipeline;
use super::tuning::KernelTuning;
use crate::device::DeviceError;
use crate::kernel::{Kernel, Variant};

/// By kernel and variant.
type Pipelines = RefCell<HashMap<(&'static str, &'static str), Rc<Pipeline>>>;

/// A WebGPU adapter opened for computing, with what is shared by all plans on it, and by all clones.
#[derive(Clone)]
pub struct GpuDevice {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// Apart, so that a device of either kind is small.
    adapter: Rc<AdapterInfo>,
    /// The first error that no call returned yet; a lost device stays lost.
    failure: Arc<Mutex<Option<DeviceError>>>,
    pipelines: Rc<Pipelines>,
    pub(super) tuning: Rc<RefCell<KernelTuning>>,
    /// Entries of `tuning` that were handed out.
    reported: Rc<Cell<usize>>,
}

impl GpuDevice {
    /// Opens the fastest adapter with WebGPU's default limits.
    ///
    /// # Errors
    /// [`DeviceError::NoAdapter`] says why there is none.
    pub async fn request() -> Result<Self, DeviceError> {
        let (device, queue, adapter) = adapter::open().await?;
        let failure = Arc::new(Mutex::new(None));
        let (uncaptured, lost) = (failure.clone(), failure.clone());
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let mut failure = uncaptured.lock().expect("no holder of the lock panics");
            failure.get_or_insert(DeviceError::Gpu(error.to_string()));
        }));
        device.set_device_lost_callback(move |_, message| {
            *lost.lock().expect("no holder of the lock panics") = Some(DeviceError::Lost(message));
        });
        let tuning = Rc::new(RefCell::new(KernelTuning::new(&adapter)));
        Ok(GpuDevice {
            device,
            queue,
            adapter: Rc::new(adapter),
            failure,
            pipelines: Rc::default(),
            tuning,
            reported: Rc::default(),
        })
    }

    /// Its adapter.
    pub fn info(&self) -> &AdapterInfo {
        &self.adapter
    }

    /// The variants measured so far, to be kept for the next visit.
    pub fn tuning(&self) -> KernelTuning {
        self.tuning.borrow().clone()
    }

    /// [`GpuDevice::tuning`], if there are more of them than when this was last asked.
    pub fn take_measurements(&self) -> Option<KernelTuning> {
        let count = self.tuning.borrow().len();
        (self.reported.replace(count) < count).then(|| self.tuning())
    }

    /// Adopts what an earlier visit measured, if it was on this adapter.
    pub fn restore(&self, tuning: KernelTuning) {
        if tuning.is_for(&self.adapter) {
            self.reported.set(tuning.len());
            *self.tuning.borrow_mut() = tuning;
        }
    }

    /// Reports the first error since the last report.
    pub(super) fn check(&self) -> Result<(), DeviceError> {
        let mut failure = self.failure.lock().expect("no holder of the lock panics");
        match &*failure {
            None => Ok(()),
            Some(lost @ DeviceError::Lost(_)) => Err(lost.clone()),
            Some(_) => Err(failure.take().expect("matched above")),
        }
    }

    /// Runs `work` and waits for the adapter's verdict on it.
    pub(super) async fn verified<T>(&self, work: impl FnOnce() -> T) -> Result<T, DeviceError> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let result = work();
        let (validation, memory) = (validation.pop(), memory.pop());
        match validation.await.or(memory.await) {
            Some(error) => Err(DeviceError::Gpu(error.to_string())),
            None => self.check().map(|()| result),
        }
    }

    /// The pipeline of a kernel's variant, compiled when it is first asked for.
    pub(super) fn pipeline(&self, kernel: &'static Kernel, variant: &'static Variant) -> Rc<Pipeline> {
        let mut pipelines = self.pipelines.borrow_mut();
        let entry = pipelines.entry((kernel.name, variant.name));
        entry.or_insert_with(|| Rc::new(Pipeline::new(&self.device, kernel, variant))).clone()
    }

    /// Waits until all submitted work is done.
    pub(super) async fn finish(&self) -> Result<(), DeviceError> {
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            // Nobody listens any more once the waiting future was dropped.
            let _ = sender.send(());
        });
        self.poll()?;
        done.await.map_err(|_| self.lost("it dropped its work"))?;
        self.check()
    }

    /// Natively blocks until callbacks of all submitted work have run; browsers run them by themselves.
    fn poll(&self) -> Result<(), DeviceError> {
        let status = self.device.poll(wgpu::PollType::wait_indefinitely());
        status.map(drop).map_err(|e| self.lost(&e.to_string()))
    }

    /// The error that the loss callback reported, or `reason` where there was none.
    fn lost(&self, reason: &str) -> DeviceError {
        self.check().err().unwrap_or_else(|| DeviceError::Lost(reason.to_string()))
    }

    /// Copies `bytes` bytes from the start of `buffer` to the host.
    pub(super) async fn download(&self, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u32>, DeviceError> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: bytes,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more once the waiting future was dropped.
            let _ = sender.send(result);
        });
        self.poll()?;
        let result = mapped.await.map_err(|_| self.lost("it dropped a read"))?;
        result.map_err(|e| self.lost(&e.to_string()))?;
        self.check()?;
        let view = staging.get_mapped_range(..).map_err(|e| DeviceError::Gpu(e.to_string()))?;
        Ok(bytemuck::pod_collect_to_vec(&view[..]))
    }

    /// A storage buffer of zeros; [`DeviceError::TooLarge`] where the limits do not allow it.
    pub(super) fn allocate(&self, name: &str, elements: usize) -> Result<wgpu::Buffer, DeviceError> {
        let (bytes, limits) = (4 * elements as u64, self.device.limits());
        let limit = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        if bytes > limit {
            return Err(DeviceError::TooLarge { name: name.to_string(), bytes, limit });
        }
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let descriptor =
            wgpu::BufferDescriptor { label: Some(name), size: bytes, usage, mapped_at_creation: false };
        Ok(self.device.create_buffer(&descriptor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Device;
    use crate::plan::{PlanBuilder, fill};
    use pollster::block_on;

    #[test]
    fn a_lost_device_is_an_error_of_every_call() {
        let mut b = PlanBuilder::new();
        let y = b.named_temp("y", [4]);
        fill::fill(&mut b, y, 1.0);
        let gpu = block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one");
        let inner = gpu.device.clone();
        let device = Device::Gpu(gpu);
        let compiled =
            block_on(device.param_store().compile(Rc::new(b.finish()))).expect("a plan of one step");
        compiled.run(0..1).expect("the device is there");
        inner.destroy();
        for _ in 0..2 {
            let ran = compiled.run(0..1).and_then(|()| block_on(compiled.read("y")));
            assert!(matches!(ran, Err(DeviceError::Lost(_))), "{ran:?}");
        }
    }
}
