//! Contrastive learning, live: two towers learn which picture and which caption belong together, in a shared, a joint
//! or a coordinated space (Radford et al. 2021; Baltrusaitis et al. 2019, section 3).

mod data;
mod file;
mod measure;
pub mod objectives;
mod pair_gradient;
pub mod partner;
mod rate;
mod report;
mod run;
mod score;
mod settings;
mod towers;
mod vocabulary;

pub use data::{HELD_OUT, POOL, held_out, pair};
pub use pair_gradient::{PairGradient, pair_gradient};
pub use report::{
    ContrastEval, ContrastMetrics, ContrastRetrieval, Correlations, Geometry, HardNegative, PcaMap,
    ScoreMatrix,
};
pub use run::Run;
pub use settings::{ContrastSettings, Direction, Loss, Space, Temperature};
