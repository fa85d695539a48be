//! Which choices go together: a change of one brings the others along.

use crate::lab::contrast::{ContrastSettings, Direction, Loss, Space, Temperature};

/// What a temperature is fixed at before the visitor says otherwise, in thousandths: that with which CLIP begins.
pub const USUAL_MILLI: u32 = 70;

/// The nearest settings that can be run; space goes before loss, loss before direction, and that before the rest.
pub fn fitting(mut settings: ContrastSettings) -> ContrastSettings {
    if settings.space == Space::Coordinated {
        settings.loss = Loss::InfoNce;
        settings.direction = Direction::Both;
        settings.hard_negatives = false;
    }
    if settings.space != Space::Shared {
        settings.temperature = Temperature::Learned;
    }
    if settings.loss == Loss::Sigmoid {
        settings.direction = Direction::Both;
    }
    if settings.direction == Direction::ToPicture {
        settings.hard_negatives = false;
    }
    settings
}

/// Why a choice is closed under others, in a clause; none where it is open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Closed {
    pub loss: Option<&'static str>,
    pub direction: Option<&'static str>,
    pub hard_negatives: Option<&'static str>,
    pub temperature: Option<&'static str>,
}

impl Closed {
    pub fn under(settings: &ContrastSettings) -> Self {
        let correlations = (settings.space == Space::Coordinated)
            .then_some("a correlation loss compares dimensions, not pairs");
        let no_way = (settings.loss == Loss::Sigmoid).then_some("each pair is classified by itself");
        let refused =
            (settings.direction == Direction::ToPicture).then_some("only the image-to-text loss has them");
        let unbounded =
            (settings.space == Space::Joint).then_some("a joint score is not divided by a temperature");
        Closed {
            loss: correlations,
            direction: correlations.or(no_way),
            hard_negatives: correlations.or(refused),
            temperature: correlations.or(unbounded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSSES: [Loss; 2] = [Loss::InfoNce, Loss::Sigmoid];
    const WAYS: [Direction; 3] = [Direction::Both, Direction::ToText, Direction::ToPicture];
    const TEMPERATURES: [Temperature; 2] = [Temperature::Learned, Temperature::Fixed { milli: USUAL_MILLI }];

    fn all() -> Vec<ContrastSettings> {
        let mut all = Vec::new();
        for space in Space::ALL {
            for loss in LOSSES {
                for direction in WAYS {
                    for temperature in TEMPERATURES {
                        for hard_negatives in [false, true] {
                            let plain = ContrastSettings::default();
                            all.push(ContrastSettings {
                                space,
                                loss,
                                direction,
                                temperature,
                                hard_negatives,
                                ..plain
                            });
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn whatever_is_chosen_can_be_run_and_nothing_is_changed_without_need() {
        for settings in all() {
            let fitted = fitting(settings.clone());
            assert_eq!(fitted.check(), Ok(()));
            assert_eq!(fitted == settings, settings.check().is_ok(), "{settings:?}");
        }
    }

    #[test]
    fn a_choice_is_closed_exactly_where_it_could_not_be_run() {
        for settings in all().into_iter().filter(|settings| settings.check().is_ok()) {
            let closed = Closed::under(&settings);
            let runs = |change: &dyn Fn(&mut ContrastSettings)| {
                let mut other = settings.clone();
                change(&mut other);
                other.check().is_ok()
            };
            let sigmoid = fitting(ContrastSettings { loss: Loss::Sigmoid, ..settings.clone() });
            assert_eq!(closed.loss.is_none(), sigmoid.loss == Loss::Sigmoid, "{settings:?}");
            let fixed = Temperature::Fixed { milli: USUAL_MILLI };
            assert_eq!(closed.temperature.is_none(), runs(&|s| s.temperature = fixed), "{settings:?}");
            assert_eq!(closed.hard_negatives.is_none(), runs(&|s| s.hard_negatives = true), "{settings:?}");
            assert_eq!(
                closed.direction.is_none(),
                runs(&|s| s.direction = Direction::ToText),
                "{settings:?}"
            );
        }
    }
}
