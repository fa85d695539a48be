//! The figures of the ranking that lessons look at.

use super::figures::{Lead, direction, lead};
use super::found::{is_true, query_statements, relevant};
use super::in_common::{FIRST, InCommon};
use super::own_table::OwnTable;
use super::ranking::{Ranking, is_late, temperature};
use crate::ui::context::AppContext;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::stage::GALLERY;
use crate::ui::view::{Medium, RetrieveMode};
use crate::world::Kind;
use leptos::prelude::*;

pub fn publish(
    app: AppContext,
    ranking: Ranking,
    common: Memo<Option<[InCommon; 2]>>,
    size: Memo<Option<usize>>,
) {
    let (statements, late) = (query_statements(app, ranking), is_late(app));
    let shown = app.pick(|view| (view.retrieve, view.from, view.to));
    let temperature = temperature(app);
    let position = move || {
        let name = app.picture.with(|picture| picture.name.clone());
        app.gallery.with(|gallery| gallery.position(&name))
    };
    let own_table = OwnTable::here();
    figures::publish(move || {
        let (mode, from, to) = shown.get();
        let order = ranking.order.get();
        // A clip that looks for its own kind is left out of the order.
        let is_whole = order.len() as u64 + 1 >= GALLERY;
        if mode != RetrieveMode::Ranking || !is_whole || !ranking.is_current.get() {
            return Vec::new();
        }
        let scores: Vec<f32> = ranking.cosines.with(|all| order.iter().map(|&item| all[item]).collect());
        let Some(Lead { best, second, .. }) = lead(&scores) else { return Vec::new() };
        let share = ranking.probabilities.with(|all| all[order[0]]);
        let is_reranked = ranking.matched.with(|matched| !matched.is_empty());
        let mut live: Vec<(String, f64)> = [
            ("cosine", best.into()),
            ("margin", (best - second).into()),
            ("probability", share.into()),
            ("temperature", temperature.get().into()),
            ("late", f64::from(late.get())),
            ("reranked", f64::from(is_reranked)),
        ]
        .map(|(name, value)| (format!("retrieve.{name}"), value))
        .into();
        let mut tell = |name: String, value: f64| live.push((format!("retrieve.{name}"), value));
        if let Some(size) = size.get() {
            tell(format!("size.{}", from.word()), size as f64);
        }
        for common in common.get().into_iter().flatten() {
            let kind = if common.kind == Kind::Colour { "colour" } else { "shape" };
            tell(format!("common.{kind}"), common.first.into());
            tell(format!("common.{kind}.chance"), common.all.into());
        }
        let rank = |is_right: &dyn Fn(usize) -> bool| {
            order.iter().position(|&item| is_right(item)).map(|at| (at + 1) as f64)
        };
        if from == Medium::Text {
            tell("known".into(), f64::from(statements.with(Option::is_some)));
            if let Some(statements) = statements.get() {
                let right = relevant(app, &statements);
                let count = right.iter().filter(|right| **right).count() as f64;
                let first = order.iter().take(FIRST).filter(|&&item| right[item]).count();
                tell("relevant".into(), count);
                tell("right".into(), first as f64);
                tell("right.chance".into(), FIRST as f64 * count / GALLERY as f64);
                let is_true = app
                    .picture
                    .with(|picture| picture.scene.as_ref().map(|scene| is_true(&statements, scene)));
                if let Some(is_true) = is_true {
                    tell("true".into(), f64::from(is_true));
                }
                if let Some(rank) = rank(&|item| right[item]) {
                    tell(format!("rank.{}", direction(from, to)), rank);
                }
            }
        } else if let Some(rank) = ranking.own.get().and_then(|own| rank(&|item| item == own)) {
            tell(format!("rank.{}", direction(from, to)), rank);
        } else if let (true, Some(at)) = (own_table.is_there() && from == Medium::Table, position()) {
            if let Some(rank) = rank(&|item| item == at) {
                tell("readings.rank".into(), rank);
            }
            tell("readings.cosine".into(), ranking.cosines.with(|all| all[at].into()));
        }
        live
    });
}
