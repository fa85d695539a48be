//! Live figures that the checks of lessons look at, by name.

use leptos::prelude::*;
use std::collections::BTreeMap;

/// Every name with its meaning; `*` stands for what the room names itself, such as a model.
pub const FIGURES: &[(&str, &str)] = &[
    ("ask.answerable", "Whether the scene has an answer to the question, 1 or 0"),
    ("ask.asks.*", "1 for the kind of the question: exist, count, query, compare or relate"),
    ("ask.blind.probability", "Probability of the likeliest answer from the question alone"),
    ("ask.blind.right", "Whether that answer is right, 1 or 0"),
    ("ask.blind.truth", "Probability of the right answer from the question alone"),
    ("ask.match", "Probability that the sentence matches the image"),
    ("ask.match.true", "Whether the sentence is true of the scene, 1 or 0"),
    ("ask.match.words", "Words of the sentence"),
    ("ask.probability", "Probability of the answer, with the image"),
    ("ask.right", "Whether the answer is right, 1 or 0"),
    ("ask.truth", "Probability of the right answer, with the image"),
    ("ask.unseen", "Objects of a colour and a shape that training never showed together"),
    ("attend.causal", "Whether a word is read without those after it, 1 or 0"),
    ("attend.chance", "Share of patches that lie in the object that the word names"),
    ("attend.entropy", "Entropy of the map, in bits"),
    ("attend.head", "Head that is shown, from 1; none for the mean"),
    ("attend.heads", "Heads of all layers"),
    ("attend.hit", "Whether the map is highest in the object that the word names, 1 or 0"),
    ("attend.hits", "Heads whose map is highest in the object that the word names"),
    ("attend.hits.*", "The same of a layer, from 1"),
    ("attend.layer", "Layer that is shown, from 1; none for the mean"),
    ("attend.max", "Largest attention of the map"),
    ("attend.objects", "Share of a patch's attention that falls on objects"),
    ("attend.objects.area", "Share of patches that lie in objects"),
    ("attend.objects.max", "Whether the map of a patch is highest in an object, 1 or 0"),
    ("attend.patch", "Patch that attends, row by row from 1"),
    ("attend.reach.*", "Mean distance from the patch to what it attends to in a layer, in patches"),
    ("attend.uniform", "Attention of each patch were it even"),
    ("attend.word", "Word that attends, from 1"),
    ("attend.words", "Words of the sentence"),
    ("caption.beams", "Beam width; none without beam search"),
    ("caption.edited", "Whether the scene was changed by hand, 1 or 0"),
    ("caption.false", "Statements of the caption that are false"),
    ("caption.given", "Words of the caption that the prompt gave"),
    ("caption.log-probability", "Log-probability of what the model chose"),
    ("caption.margin", "How far the best hypothesis of the beam is ahead of the second, in log-probability"),
    ("caption.missed", "Words that name an object which attention misses"),
    ("caption.named", "Words that name one object"),
    ("caption.objects", "Objects of the scene"),
    ("caption.perplexity", "Perplexity of what the model chose"),
    ("caption.temperature", "Temperature of sampling; none without it"),
    ("caption.tokens", "Tokens that the model chose"),
    ("caption.true", "Statements of the caption that are true"),
    ("caption.unread", "Parts of the caption that are no statements"),
    ("caption.unseen", "Objects of a colour and a shape that training never showed together"),
    ("caption.word", "Word that is looked at, from 1"),
    ("caption.word.hit", "Whether attention is highest in the object that the word names, 1 or 0"),
    ("caption.word.probability", "Probability that the model gave the word"),
    ("caption.word.runner-up", "Probability of the second most probable token there"),
    ("contrast.alignment.*", "Alignment at the end of a run of this visit"),
    ("contrast.batch", "Pairs of a step"),
    ("contrast.cell.cosine", "Cosine of the image and the caption of the pinned cell"),
    (
        "contrast.cell.gradient",
        "What the loss changes with the score of the pinned cell; below 0 it attracts",
    ),
    (
        "contrast.cell.lead",
        "How much more softmax weight the caption of the pinned cell has than the image's own",
    ),
    ("contrast.cell.own", "Whether image and caption of the pinned cell belong together, 1 or 0"),
    ("contrast.chance", "Recall@1 of a random ranking"),
    ("contrast.chance-5", "Recall@5 of a random ranking"),
    ("contrast.cost.*", "Milliseconds of a pair in a run that was trained in this visit"),
    ("contrast.gap", "Modality gap of the held-out pairs"),
    ("contrast.gap.*", "Modality gap at the end of a run of this visit"),
    ("contrast.loss", "Loss of the step at which the run was last measured"),
    ("contrast.loss.*", "Loss at the end of a run of this visit"),
    ("contrast.mrr", "Mean reciprocal rank of captions for held-out images"),
    ("contrast.other-cosine", "Mean cosine of images with captions of others, of the batch that is shown"),
    ("contrast.own-cosine", "Mean cosine of images with their own captions, of the batch that is shown"),
    ("contrast.pairs", "Pairs seen so far, batch by batch"),
    ("contrast.race.always", "F1 of always saying every colour"),
    ("contrast.race.chance", "Recall@1 of a random ranking"),
    ("contrast.race.colours.*", "F1 of colours told from frozen features of an objective"),
    ("contrast.race.content.*", "Accuracy of content words written from frozen features of an objective"),
    ("contrast.race.counting.*", "Accuracy of counting from frozen features of an objective"),
    ("contrast.race.done", "Objectives that are measured"),
    ("contrast.race.image-error.*", "Squared error of images rebuilt by an objective, or by the mean"),
    ("contrast.race.majority", "Accuracy of always telling the most frequent count"),
    ("contrast.race.other-error.*", "The same of what is rebuilt from images"),
    ("contrast.race.perplexity.*", "Perplexity of captions written from frozen features of an objective"),
    ("contrast.race.recall.*", "Recall@1 of captions for images, from frozen features of an objective"),
    ("contrast.race.seed", "Seed of the race of objectives"),
    ("contrast.race.steps", "Steps of pretraining of each objective"),
    ("contrast.recall", "Recall@1 of captions for held-out images"),
    ("contrast.recall-5", "Recall@5 of captions for held-out images"),
    (
        "contrast.recall-to-image.*",
        "Recall@1 of images for held-out captions at the end of a run of this visit",
    ),
    ("contrast.recall.*", "Recall@1 of captions for held-out images at the end of a run of this visit"),
    ("contrast.seed", "Seed of the run"),
    ("contrast.step", "Step at which the run was last measured"),
    ("contrast.temperature", "Temperature by which cosines are divided"),
    ("contrast.uniformity.*", "Uniformity of the embeddings of images at the end of a run of this visit"),
    ("contrast.width", "Embedding width"),
    ("contrast.word", "Share of held-out images that prefer their caption to the same with one word changed"),
    ("contrast.word.*", "The same share at the end of a run of this visit"),
    ("fuse.accuracy.*", "Accuracy of a model on held-out samples"),
    ("fuse.attention.*", "Largest attention of a model's map"),
    ("fuse.confidence.*", "Mean confidence of a model that is given one modality, such as text.concat"),
    ("fuse.entropy.*", "Mean cross-entropy of a model on held-out samples"),
    ("fuse.even-attention", "Attention of each token were it even"),
    ("fuse.f1.*", "Macro F1 of a model on held-out samples"),
    ("fuse.fusion.best", "Accuracy of the best fusion"),
    ("fuse.gap.*", "Difference between a model's precision and recall of the second class"),
    ("fuse.given.*", "Accuracy of a model that is given one modality, such as text.concat"),
    ("fuse.has.*", "Whether the race has this modality, 1 or 0"),
    ("fuse.mix.*", "Weight of a modality in a sum of logits, such as text.late"),
    ("fuse.precision.*", "A model's precision of the second class"),
    ("fuse.recall.*", "A model's recall of the second class"),
    ("fuse.sample.entropy.*", "Cross-entropy of a model in the sample that is shown"),
    (
        "fuse.sample.kind.*",
        "1 for the kind of the sample that is shown: redundant, picture, words, synergy or sound",
    ),
    ("fuse.sample.weight.*", "Weight of a modality in the sample that is shown, such as text.gate"),
    ("fuse.single.best", "Accuracy of the best model of a single modality"),
    ("fuse.step", "Step at which all models were last evaluated"),
    ("fuse.task.*", "Share of a kind of samples in the task: redundant, picture, words, synergy or sound"),
    ("fuse.tokens", "Tokens of all modalities"),
    ("fuse.weight.*", "Mean weight of a modality in samples of a kind, such as text.gate.redundant"),
    ("listen.events.f1", "F1 of the hits that are seen in the silent video"),
    ("listen.events.found", "Hits that are seen rightly"),
    ("listen.events.true", "Hits that there are to be seen, one for each object"),
    ("listen.hits", "Hits of the clip"),
    ("listen.off", "Sources that are switched off"),
    ("listen.seen", "Whether the network is given the video, 1 or 0"),
    ("listen.sentence", "Whether the sentence about the clip is true, 1 or 0"),
    ("listen.separation.seen", "Improvement of the SI-SDR with the image, in dB"),
    ("listen.separation.unseen", "Improvement of the SI-SDR without the image, in dB"),
    ("listen.snr", "Signal-to-noise ratio of the sound, in dB; 30 without noise"),
    ("listen.source.chance", "Share of cells that lie on what hits"),
    ("listen.source.right", "Whether the map is highest on what hits, 1 or 0"),
    ("listen.source.share", "Probability of the map on what hits"),
    ("listen.sync.chance", "Probability of each answer were they equal"),
    ("listen.sync.found", "Offset that is found, in frames; none where it cannot be told"),
    ("listen.sync.offset", "Offset of the sound, in frames"),
    ("listen.sync.probability", "Probability of what is found"),
    ("listen.sync.right", "Whether what is found is right within a frame, 1 or 0"),
    ("listen.sync.second", "Probability of the second most probable offset"),
    ("listen.sync.tellable", "Whether a hit is both seen and heard, so that the offset can be told, 1 or 0"),
    ("listen.sync.truth", "Probability of the true offset"),
    ("listen.sync.unknown", "Probability that it cannot be told"),
    ("listen.time", "Seconds of the clip that the network is asked about"),
    ("retrieve.all.*", "Recall@1 of a direction in the table of all pairs, such as sound.image"),
    (
        "retrieve.common.colour",
        "How much of its colours the query's clip shares with the first 8 of the ranking",
    ),
    ("retrieve.common.colour.chance", "The same with all clips of the gallery"),
    (
        "retrieve.common.shape",
        "How much of its shapes the query's clip shares with the first 8 of the ranking",
    ),
    ("retrieve.common.shape.chance", "The same with all clips of the gallery"),
    ("retrieve.cosine", "Best score of the ranking"),
    ("retrieve.known", "Whether the query in words is a sentence of the world's grammar, 1 or 0"),
    ("retrieve.late", "Whether the ranking is by late interaction, 1 or 0"),
    ("retrieve.margin", "How far the best score is ahead of the second"),
    ("retrieve.mrr.*", "Mean reciprocal rank of a direction, such as sound.image; of chance"),
    ("retrieve.pair.cosine", "Cosine of the caption and the image of the pinned pair"),
    ("retrieve.pair.own", "Cosine of the caption of the pinned pair with its own image"),
    ("retrieve.pair.rank", "Rank of the image of the pinned pair for its caption"),
    ("retrieve.pair.true", "Whether the caption of the pinned pair is true of its image, 1 or 0"),
    ("retrieve.pointing", "Share of the words that name an object whose nearest patch lies in it"),
    ("retrieve.pointing.chance", "The same of random patches"),
    ("retrieve.pointing.words", "Words of the query that name one object of the image on the stage"),
    ("retrieve.probability", "Softmax probability of the first of the ranking"),
    ("retrieve.rank.*", "Rank of the first right one of a direction, such as sound.image"),
    ("retrieve.readings.cosine", "Cosine of readings that were changed with the clip that they are of"),
    ("retrieve.readings.rank", "Rank of the clip whose readings were changed"),
    ("retrieve.recall1.*", "Recall@1 of a direction, such as sound.image; of chance"),
    ("retrieve.recall10.*", "Recall@10 of a direction, such as sound.image; of chance"),
    ("retrieve.recall5.*", "Recall@5 of a direction, such as sound.image; of chance"),
    ("retrieve.relevant", "Scenes of the gallery of which the query is true"),
    ("retrieve.reranked", "Whether the matcher has ranked the first 16 again, 1 or 0"),
    ("retrieve.right", "Of how many of the first 8 the query is true"),
    ("retrieve.right.chance", "The same of 8 random ones"),
    ("retrieve.score", "Score of the image on the stage by late interaction"),
    ("retrieve.size.*", "Of how many values the query is made, by its modality"),
    ("retrieve.temperature", "Temperature of the softmax over the gallery"),
    ("retrieve.true", "Whether the query is true of the image on the stage, 1 or 0"),
    ("retrieve.word.chance", "Share of patches that lie in the object that the chosen word names"),
    (
        "retrieve.word.hit",
        "Whether the nearest patch of the chosen word lies in the object that it names, 1 or 0",
    ),
    ("sabotage.accuracy.*", "Accuracy of a model on clean held-out samples"),
    ("sabotage.alpha", "Strength of gradient modulation"),
    ("sabotage.corrupted.*", "Accuracy of a model on samples that are corrupted as chosen"),
    ("sabotage.corrupts.*", "1 for the modality that is corrupted"),
    ("sabotage.given.*", "Accuracy of a model that is given one modality, such as image.late"),
    ("sabotage.has.*", "Whether the race has this modality, 1 or 0"),
    ("sabotage.is.*", "1 for the way of corruption: remove, blur, mask, mute, shuffle or delay"),
    (
        "sabotage.norm.*",
        "Gradient norm of an encoder at the last evaluation, mean of ten steps, such as image.late",
    ),
    ("sabotage.step", "Step at which all models were last evaluated"),
    ("sabotage.strength", "Strength of the corruption, in percent"),
    ("space.coordinated", "Whether each modality is shown without its mean, 1 or 0"),
    (
        "space.cosine.*",
        "Cosine of the chosen point with its own clip in another modality, such as sound.image",
    ),
    ("space.explained", "Share of the variance that the two axes of the map hold"),
    ("space.gap.*", "Modality gap of a pair in the joint space, such as image.text"),
    ("space.modalities", "Modalities on the map"),
    ("space.psnr.*", "PSNR of what is drawn from the vector of a modality, against the objects of its clip"),
    ("space.psnr.other", "The same against the objects of the next clip"),
    ("space.rank.*", "Rank of its own clip from the chosen point to another modality, such as sound.image"),
    ("space.recall.*", "Recall@1 from a modality to images, of images to texts, in the space that is shown"),
    ("space.right", "Of the 8 images that arithmetic finds, how many show it"),
    ("space.right.chance", "The same of 8 random ones"),
    ("space.shape", "Whether arithmetic exchanges a shape, 1, or a colour, 0"),
];

/// Whether `name` is one of [`FIGURES`].
pub fn is_known(name: &str) -> bool {
    parts(name).is_some()
}

/// What a figure means, and what its room names it where its name ends so.
pub fn parts(name: &str) -> Option<(&'static str, Option<&str>)> {
    FIGURES.iter().find_map(|(known, meaning)| match known.strip_suffix('*') {
        Some(start) => {
            name.strip_prefix(start).filter(|rest| !rest.is_empty()).map(|rest| (*meaning, Some(rest)))
        }
        None => (*known == name).then_some((*meaning, None)),
    })
}

/// The same in one line.
pub fn meaning(name: &str) -> Option<String> {
    parts(name)
        .map(|(meaning, rest)| rest.map_or_else(|| meaning.into(), |rest| format!("{meaning} ({rest})")))
}

/// The figures of the room that is open.
#[derive(Clone, Copy)]
pub struct LiveFigures(RwSignal<BTreeMap<String, f64>>);

impl LiveFigures {
    pub fn new() -> Self {
        LiveFigures(RwSignal::new(BTreeMap::new()))
    }

    pub fn here() -> Self {
        expect_context()
    }

    pub fn get(self, name: &str) -> Option<f64> {
        self.0.with(|figures| figures.get(name).copied())
    }
}

/// Publishes figures as long as the component that calls this is there; what is not finite is left out.
pub fn publish(figures: impl Fn() -> Vec<(String, f64)> + 'static) {
    let LiveFigures(all) = LiveFigures::here();
    let mine = StoredValue::new(Vec::<String>::new());
    let withdraw = move |all: &mut BTreeMap<String, f64>| {
        mine.try_update_value(|mine| {
            for name in mine.drain(..) {
                all.remove(&name);
            }
        });
    };
    Effect::new(move || {
        let figures: Vec<_> = figures().into_iter().filter(|(_, value)| value.is_finite()).collect();
        all.update(|all| {
            withdraw(all);
            mine.set_value(figures.iter().map(|(name, _)| name.clone()).collect());
            for (name, value) in figures {
                debug_assert!(is_known(&name), "{name} is not listed");
                all.insert(name, value);
            }
        });
    });
    on_cleanup(move || {
        all.try_update(withdraw);
    });
}
