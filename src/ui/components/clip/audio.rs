//! Samples through the loudspeaker.

use crate::world::sound::SAMPLE_RATE;
use wasm_bindgen::JsValue;
use web_sys::{AudioBufferSourceNode, AudioContext, AudioContextState};

/// What a browser plays with. One that plays nothing is no hindrance: all is also seen.
pub struct Audio {
    context: AudioContext,
    /// What is played, and the context's time at which it began.
    source: Option<(AudioBufferSourceNode, f64)>,
}

impl Audio {
    /// # Errors
    /// Where the browser has no sound.
    pub fn new() -> Result<Self, JsValue> {
        Ok(Audio { context: AudioContext::new()?, source: None })
    }

    /// Plays from a second on, at a multiple of the speed, in place of what was played.
    pub fn play(&mut self, samples: &[f32], from: f64, rate: f64) -> Result<(), JsValue> {
        self.stop();
        let buffer = self.context.create_buffer(1, samples.len() as u32, SAMPLE_RATE as f32)?;
        buffer.copy_to_channel(samples, 0)?;
        let source = self.context.create_buffer_source()?;
        source.set_buffer(Some(&buffer));
        source.playback_rate().set_value(rate as f32);
        source.connect_with_audio_node(&self.context.destination())?;
        // A context that was made before a gesture waits for one.
        let _resumed = self.context.resume()?;
        source.start_with_when_and_grain_offset(0.0, from)?;
        self.source = Some((source, self.context.current_time()));
        Ok(())
    }

    /// Seconds for which something has been heard; none where nothing is played, or the browser has not begun yet.
    pub fn elapsed(&self) -> Option<f64> {
        let (_, begun) = self.source.as_ref()?;
        let is_running = self.context.state() == AudioContextState::Running;
        is_running.then(|| (self.context.current_time() - begun).max(0.0))
    }

    pub fn stop(&mut self) {
        if let Some((source, _)) = self.source.take() {
            #[allow(
                deprecated,
                reason = "the method of the interface that it inherits from, under its own name"
            )]
            let _already_over = source.stop();
        }
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        self.stop();
        let _closing = self.context.close();
    }
}
