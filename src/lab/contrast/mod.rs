//! Contrastive learning, live: two towers learn which picture and which caption belong together, in a shared, a joint
//! or a coordinated space (Radford et al. 2021; Baltrusaitis et al. 2019, section 3).

pub mod objectives;
mod pull;
mod report;
mod settings;

pub use pull::{Pull, pull};
pub use report::{Altered, Correlations, Figures, Geometry, Map, Matrix, Report, Retrieval};
pub use settings::{Direction, Loss, Settings, Space, Temperature};
