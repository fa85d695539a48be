//! One contestant of a race: an encoder in pre-training, then frozen under its probes.

use std::rc::Rc;

use super::probes::{self, FEATURES, Features};
use super::{Objective, ObjectiveSettings, Phase, Standing, batch, losses, reconstruct};
use crate::device::{CompiledPlan, Device, DeviceError};
use crate::lab::contrast::data::{Order, Pair, Pool};
use crate::lab::contrast::rate::rate;
use crate::lab::contrast::towers::Reading;
use crate::tensor::HostTensor;
use crate::train::small_trainer::{SmallTrainer, replay, training_plan};
use crate::world::Rng;

pub(super) struct Contestant {
    pub standing: Standing,
    /// Of the pairs of the phase; every contestant sees the same.
    order: Order,
    trainer: SmallTrainer,
    frozen: Option<Frozen>,
}

/// Encoders that learn no more.
struct Frozen {
    encoders: CompiledPlan,
    /// Of the held-out pairs.
    held_out: Features,
}

impl Contestant {
    pub(super) async fn new(
        device: &Device,
        objective: Objective,
        settings: &ObjectiveSettings,
        reading: Reading,
    ) -> Result<Self, DeviceError> {
        let plan =
            training_plan(|b| losses::loss(b, objective, settings.batch, reading), |_, weights| weights);
        let trainer = SmallTrainer::new(device, plan, settings.seed, &[]).await?;
        let standing = Standing::new(objective);
        Ok(Contestant { standing, order: Order::new(settings.seed), trainer, frozen: None })
    }

    /// One short piece of work: a batch, the freezing of the encoders, or the end of a probe.
    pub(super) async fn step(
        &mut self,
        device: &Device,
        settings: &ObjectiveSettings,
        pool: &mut Pool,
        held_out: &[Rc<Pair>],
    ) -> Result<(), DeviceError> {
        let (phase, steps) = (self.standing.phase, self.steps(settings));
        if self.standing.step < steps {
            let numbers = self.order.batch(pool, settings.batch);
            let pairs: Vec<Rc<Pair>> = numbers.into_iter().map(|number| pool.get(number)).collect();
            return self.learn(settings, pool, &pairs).await;
        }
        if phase == Phase::Pretraining {
            self.freeze(settings, pool, held_out).await?;
        } else {
            self.measure(pool, held_out).await?;
        }
        self.enter(device, phase.next(), settings, pool).await
    }

    pub(super) fn is_done(&self) -> bool {
        self.standing.phase == Phase::Done
    }

    /// Steps of the phase.
    fn steps(&self, settings: &ObjectiveSettings) -> u64 {
        match (self.standing.phase, self.standing.objective) {
            (Phase::Pretraining, Objective::Random) => 0,
            (Phase::Pretraining, _) => settings.steps,
            _ => settings.probe_steps,
        }
    }

    async fn learn(
        &mut self,
        settings: &ObjectiveSettings,
        pool: &Pool,
        pairs: &[Rc<Pair>],
    ) -> Result<(), DeviceError> {
        let (phase, step) = (self.standing.phase, self.standing.step + 1);
        let inputs = match &self.frozen {
            None => {
                let mut rng = Rng::from_seed(settings.seed.rotate_left(32) ^ step);
                batch::inputs(self.standing.objective, pairs, pool.reading(), &mut rng)
            }
            Some(frozen) => {
                let features = encoded(&frozen.encoders, pool.reading(), pairs).await?;
                [probes::features(phase, &features), probes::labels(phase, pairs)].concat()
            }
        };
        let rate = phase.haste() * rate(settings.micro_rate, self.steps(settings), step);
        let loss = self.trainer.step(&inputs, rate).await?;
        (self.standing.step, self.standing.loss) = (step, Some(loss));
        Ok(())
    }

    async fn freeze(
        &mut self,
        settings: &ObjectiveSettings,
        pool: &Pool,
        held_out: &[Rc<Pair>],
    ) -> Result<(), DeviceError> {
        let reading = pool.reading();
        let encoders = self.trainer.compile(probes::frozen_plan(settings.batch, reading)).await?;
        let whole = self.trainer.compile(probes::frozen_plan(held_out.len(), reading)).await?;
        let pairs = held_out;
        let held_out = encoded(&whole, reading, pairs).await?;
        if self.standing.objective.parts(reading.partner).contains(&Objective::Reconstruction) {
            let plan = self.trainer.compile(reconstruct::plan(pairs.len(), reading)).await?;
            let inputs = probes::features(Phase::Retrieval, &held_out);
            let found = replay(&plan, &inputs, reconstruct::OUTPUTS).await?;
            self.standing.reconstructions = Some(reconstruct::measured(&found, pool, pairs));
        }
        self.frozen = Some(Frozen { encoders, held_out });
        Ok(())
    }

    async fn measure(&mut self, pool: &Pool, held_out: &[Rc<Pair>]) -> Result<(), DeviceError> {
        let phase = self.standing.phase;
        let frozen = self.frozen.as_ref().expect("a probe reads frozen encoders");
        let plan = probes::answers_plan(phase, held_out.len(), pool.vocabulary.size());
        let compiled = self.trainer.compile(plan).await?;
        let mut inputs = probes::features(phase, &frozen.held_out);
        match phase {
            Phase::Retrieval => {
                let embeddings = replay(&compiled, &inputs, ["picture", "text"]).await?;
                self.standing.retrieval = Some(probes::retrieved(&embeddings));
            }
            Phase::Captioning => {
                let rows = probes::labels(phase, held_out);
                inputs.extend(rows.into_iter().filter(|(name, _)| name == "rows.ids"));
                let [logits] = replay(&compiled, &inputs, ["logits"]).await?;
                self.standing.captioning = Some(probes::written(&logits, held_out, &pool.vocabulary));
            }
            _ => {
                let classes = replay(&compiled, &inputs, ["counts", "colours"]).await?;
                self.standing.probing = Some(probes::classified(&classes, held_out));
            }
        }
        Ok(())
    }

    /// Begins a phase with a probe of its own.
    async fn enter(
        &mut self,
        device: &Device,
        phase: Phase,
        settings: &ObjectiveSettings,
        pool: &Pool,
    ) -> Result<(), DeviceError> {
        self.standing.phase = phase;
        if phase == Phase::Done {
            return Ok(());
        }
        (self.standing.step, self.standing.loss) = (0, None);
        self.order = Order::new(settings.seed);
        let words = pool.vocabulary.size();
        let plan = training_plan(|b| probes::loss(b, phase, settings.batch, words), |_, weights| weights);
        self.trainer = SmallTrainer::new(device, plan, settings.seed, &[]).await?;
        Ok(())
    }
}

async fn encoded(
    encoders: &CompiledPlan,
    reading: Reading,
    pairs: &[Rc<Pair>],
) -> Result<Features, DeviceError> {
    let inputs = probes::frozen_inputs(reading, pairs);
    let [cells, picture, text]: [HostTensor; 3] = replay(encoders, &inputs, FEATURES).await?;
    Ok(Features { cells, picture, text })
}
