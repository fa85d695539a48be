//! Choosing questions such that the words alone give little away.
//!
//! Every yes-or-no question is drawn only where the scene admits both answers in the same form, and a fair
//! coin decides between them; numbers are drawn before what is counted.

use super::program::{Comparison, Group, Program};
use super::{Question, QuestionKind, speak};
use crate::order;
use crate::world::attributes::{Attribute, Kind};
use crate::world::language::{Description, absent, projections};
use crate::world::relation::Relation;
use crate::world::rng::Rng;
use crate::world::scene::{Object, RELATION_MARGIN, Scene};

/// How often a question is drawn before the kind counts as impossible for the scene.
const TRIES: usize = 60;

/// A question of a kind, or none where the scene has nothing to ask: `Query` needs an object that can be told
/// from the others, `Relate` two of them clearly apart, `Compare` and the rest one object; `Event` needs a clip, see
/// [`super::ask_event`].
pub fn ask(scene: &Scene, kind: QuestionKind, rng: &mut Rng) -> Option<Question> {
    if scene.objects.is_empty() {
        return None;
    }
    let known = projections(scene, Kind::OWN.len() as u32);
    let asker = Asker { scene, known };
    let program = (0..TRIES).find_map(|_| match kind {
        QuestionKind::Exist => asker.exist(rng),
        QuestionKind::Count => Some(asker.count(rng)),
        QuestionKind::Query => asker.query(rng),
        QuestionKind::Compare => asker.compare(rng),
        QuestionKind::Relate => asker.relate(rng),
        QuestionKind::Event => None,
    })?;
    let answer = program.run(scene).expect("the referents of a question are unique");
    Some(Question { kind, text: speak::say(&program, rng), program, answer })
}

struct Asker<'a> {
    scene: &'a Scene,
    /// Every description without place that some object fits, with the number that fit.
    known: Vec<(Description, usize)>,
}

impl Asker<'_> {
    /// An absent description, or by the toss of a coin a present one that says the same kinds.
    fn exist(&self, rng: &mut Rng) -> Option<Program> {
        let absent = absent(self.scene, rng);
        if rng.one_in(2) {
            return Some(Program::Exist(absent));
        }
        let kinds: Vec<Kind> = absent.attributes().map(|value| value.kind()).collect();
        Some(Program::Exist(Description::of(&rng.pick(&self.scene.objects), &kinds)))
    }

    /// A number first, then a description of at most two attributes that reaches it.
    fn count(&self, rng: &mut Rng) -> Program {
        let short = |what: &Description| what.attributes().count() <= 2;
        let mut options: Vec<_> = self.known.iter().copied().filter(|(what, _)| short(what)).collect();
        let mut numbers: Vec<usize> = options.iter().map(|&(_, number)| number).collect();
        numbers.push(0);
        order::sort(&mut numbers);
        numbers.dedup();
        let number = rng.pick(&numbers);
        if number == 0 {
            let missing = (0..TRIES).map(|_| absent(self.scene, rng)).find(short);
            return Program::Count(missing.unwrap_or_default());
        }
        options.retain(|&(_, n)| n == number);
        Program::Count(rng.pick(&options).0)
    }

    fn query(&self, rng: &mut Rng) -> Option<Program> {
        let object = self.object(rng);
        let kind = rng.pick(&Kind::ALL);
        let what = if kind != Kind::Place && rng.one_in(4) {
            let place = Description::of(&self.scene.objects[object], &[Kind::Place]);
            (place.count(self.scene) == 1).then_some(place)?
        } else {
            self.name(object, kind, rng)?
        };
        Some(Program::Query(kind, what.into()))
    }

    fn compare(&self, rng: &mut Rng) -> Option<Program> {
        match rng.below(4) {
            0 => self.same(rng),
            1 => self.sizes(rng),
            _ => self.numbers(rng),
        }
    }

    /// Whether two objects show the same of a kind, where some pair does and some pair does not.
    fn same(&self, rng: &mut Rng) -> Option<Program> {
        let kind = rng.pick(&Kind::OWN);
        let pairs = self.pairs();
        let alike = |&(i, j): &(usize, usize)| self.shows(i, kind) == self.shows(j, kind);
        let (same, different): (Vec<_>, Vec<_>) = pairs.into_iter().partition(alike);
        if same.is_empty() || different.is_empty() {
            return None;
        }
        let pairs = if rng.one_in(2) { same } else { different };
        let (i, j) = rng.pick(&pairs);
        Some(Program::Same(kind, self.name(i, kind, rng)?, self.name(j, kind, rng)?))
    }

    fn sizes(&self, rng: &mut Rng) -> Option<Program> {
        let mut pairs = self.pairs();
        pairs.retain(|&(i, j)| self.scene.objects[i].size != self.scene.objects[j].size);
        if pairs.is_empty() {
            return None;
        }
        let (i, j) = rng.pick(&pairs);
        let (a, b) = (self.name(i, Kind::Size, rng)?, self.name(j, Kind::Size, rng)?);
        Some(if rng.one_in(2) { Program::Larger(a, b) } else { Program::Smaller(a, b) })
    }

    /// The numbers of objects that show two values of one kind.
    fn numbers(&self, rng: &mut Rng) -> Option<Program> {
        let kind = rng.pick(&Kind::OWN);
        let describe = |value: Attribute| Description::ANY.with(value);
        let mut values: Vec<(Description, usize)> = Attribute::all(kind)
            .into_iter()
            .map(|value| (describe(value), describe(value).count(self.scene)))
            .collect();
        rng.shuffle(&mut values);
        let mut equal = Vec::new();
        let mut unequal = Vec::new();
        for (i, &(a, m)) in values.iter().enumerate() {
            for &(b, n) in values[..i].iter().filter(|(_, n)| m + n > 0) {
                if m == n { equal.push((a, b)) } else { unequal.push((a, b)) }
            }
        }
        if unequal.is_empty() {
            return None;
        }
        let (a, b) = rng.pick(&unequal);
        Some(match rng.below(3) {
            0 => Program::CompareNumber(Comparison::More, a, b),
            1 => Program::CompareNumber(Comparison::Fewer, a, b),
            _ if equal.is_empty() => return None,
            _ => {
                let (a, b) = if rng.one_in(2) { (a, b) } else { rng.pick(&equal) };
                Program::CompareNumber(Comparison::Same, a, b)
            }
        })
    }

    /// How two objects stand that are twice as far apart as the relation asks for.
    fn relate(&self, rng: &mut Rng) -> Option<Program> {
        let relation = rng.pick(&Relation::ALL);
        let objects = &self.scene.objects;
        let mut pairs = self.pairs();
        pairs.retain(|&(i, j)| objects[i].lead(relation, &objects[j]) >= 2 * i32::from(RELATION_MARGIN));
        if pairs.is_empty() {
            return None;
        }
        let (i, j) = rng.pick(&pairs);
        if rng.one_in(3) {
            return self.beside(i, relation, j, rng);
        }
        let (a, b) = (self.name(i, Kind::Place, rng)?, self.name(j, Kind::Place, rng)?);
        let relation = if rng.one_in(2) { relation } else { relation.opposite() };
        Some(Program::Stands(a, relation, b))
    }

    /// What the object shows that stands so to another and that its other attributes alone may not single
    /// out.
    fn beside(&self, i: usize, relation: Relation, j: usize, rng: &mut Rng) -> Option<Program> {
        let kind = rng.pick(&Kind::OWN);
        let mut said: Vec<Kind> = Kind::OWN.into_iter().filter(|&other| other != kind).collect();
        rng.shuffle(&mut said);
        said.truncate(rng.below(2));
        let what = Description::of(&self.scene.objects[i], &said);
        let group = Group { what, beside: Some((relation, self.name(j, Kind::Place, rng)?)) };
        group.referent(self.scene).ok().map(|_| Program::Query(kind, group))
    }

    fn object(&self, rng: &mut Rng) -> usize {
        rng.below(self.scene.objects.len())
    }

    fn shows(&self, i: usize, kind: Kind) -> Attribute {
        self.scene.objects[i].attribute(kind)
    }

    /// Every ordered pair of distinct objects.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let count = self.scene.objects.len();
        (0..count).flat_map(|i| (0..count).map(move |j| (i, j))).filter(|(i, j)| i != j).collect()
    }

    /// A description that only this object fits and that does not say `omitted`: among the shortest and those
    /// with one attribute more. None if its other attributes leave it alike another object.
    fn name(&self, object: usize, omitted: Kind, rng: &mut Rng) -> Option<Description> {
        let object: &Object = &self.scene.objects[object];
        let fits = |what: &Description| what.get(omitted).is_none() && what.fits(object);
        let length = |what: &Description| what.attributes().count();
        let mut names: Vec<Description> =
            self.known.iter().filter(|(what, n)| *n == 1 && fits(what)).map(|&(what, _)| what).collect();
        let shortest = names.iter().map(length).min()?;
        names.retain(|name| length(name) <= shortest + 1);
        Some(rng.pick(&names))
    }
}
