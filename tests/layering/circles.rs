//! Files that use one another, directly or by way of others. A name counts for the file that declares it, however many
//! re-exports it goes through. Two things are no use: a `mod` or `pub use` by which a parent shows what its children hold, and
//! what a child takes of the modules around it, of which it is a part.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::tokens::{Token, is_name, tokens};

/// The text of a file without its unit tests, where there is such a file.
pub(crate) type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// Re-exports that a name goes through at most.
const DEPTH: usize = 8;

/// A name of a `use` with the path it stands for; `*` is a name too.
struct Import {
    name: String,
    path: Vec<String>,
    is_public: bool,
}

#[derive(Default)]
struct Module {
    label: String,
    parent: usize,
    children: BTreeMap<String, usize>,
    declared: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths of at least two names outside of `use`.
    paths: Vec<Vec<String>>,
    /// Names outside of `use`.
    words: BTreeSet<String>,
}

/// What a path leads to.
enum Target {
    Module(usize),
    /// An item, by the module that declares it.
    Item(usize),
    /// Another package's, or the standard library's.
    Foreign,
}

/// The modules of a package, the root first.
pub(crate) struct Package(Vec<Module>);

impl Package {
    /// Reads `root`, a file's path, and all that its `mod` lines name.
    pub(crate) fn read(root: &Path, read: Read) -> Self {
        let mut package = Package(Vec::new());
        let source = read(root).expect("the root is there");
        package.add(root, &source, root.parent().expect("a file lies in a folder"), 0, read);
        package
    }

    /// Adds the module of `file`, whose children lie in `folder`, and them.
    fn add(&mut self, file: &Path, source: &str, folder: &Path, parent: usize, read: Read) -> usize {
        let (module, names) = parse(&tokens(source));
        let own = self.0.len();
        let label = file.display().to_string().replace('\\', "/");
        self.0.push(Module { label, parent, ..module });
        for name in names {
            let candidates = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
            let found = candidates.iter().find_map(|path| Some((path, read(path)?)));
            let (child, source) = found.unwrap_or_else(|| panic!("{}: no file of `{name}`", file.display()));
            let child = self.add(child, &source, &folder.join(&name), own, read);
            self.0[own].children.insert(name, child);
        }
        own
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where `path`, written in `module`, leads.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Target {
        let mut at = module;
        let mut rest = path;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" => at = 0,
                "super" => at = self.0[at].parent,
                "self" => {}
                _ => break,
            }
            rest = &rest[1..];
        }
        for (i, name) in rest.iter().enumerate() {
            let child = self.0[at].children.get(name);
            let is_last = i + 1 == rest.len();
            if self.0[at].declared.contains(name) && (is_last || child.is_none()) {
                return Target::Item(at);
            }
            if let Some(&child) = child {
                // A module and a function of one name: the last name of a path is the function.
                let item = is_last.then(|| self.imported(at, name, depth)).flatten();
                if let Some(item @ Target::Item(_)) = item {
                    return item;
                }
                at = child;
                continue;
            }
            return match self.imported(at, name, depth) {
                Some(Target::Module(next)) => self.resolve(next, &rest[i + 1..], depth),
                Some(target) => target,
                None if i == 0 && rest.len() == path.len() => Target::Foreign,
                None => Target::Item(at),
            };
        }
        Target::Module(at)
    }

    /// What a `use` of `module` brings under `name`.
    fn imported(&self, module: usize, name: &str, depth: usize) -> Option<Target> {
        let imports = &self.0[module].imports;
        if depth == 0 {
            return None;
        }
        if let Some(import) = imports.iter().find(|import| import.name == name) {
            return Some(self.resolve(module, &import.path, depth - 1));
        }
        imports.iter().filter(|import| import.name == "*").find_map(|import| {
            let Target::Module(from) = self.resolve(module, &import.path, depth - 1) else { return None };
            let is_here = self.0[from].declared.contains(name) || self.0[from].children.contains_key(name);
            (is_here || self.0[from].imports.iter().any(|import| import.name == name))
                .then(|| self.resolve(from, &[name.to_string()], depth - 1))
        })
    }

    /// For each module those that it uses.
    fn uses(&self) -> Vec<BTreeSet<usize>> {
        let mut uses = vec![BTreeSet::new(); self.0.len()];
        for (own, module) in self.0.iter().enumerate() {
            for import in &module.imports {
                let is_only_shown = import.is_public && !module.words.contains(&import.name);
                if is_only_shown {
                    continue;
                }
                match self.resolve(own, &import.path, DEPTH) {
                    Target::Item(to) => drop(uses[own].insert(to)),
                    Target::Module(to) if import.name == "*" => drop(uses[own].insert(to)),
                    _ => {}
                }
            }
            for path in &module.paths {
                if let Target::Item(to) = self.resolve(own, path, DEPTH) {
                    uses[own].insert(to);
                }
            }
            let mut around = own;
            while around != 0 {
                uses[own].remove(&around);
                around = self.0[around].parent;
            }
            uses[own].remove(&0);
        }
        uses
    }

    /// Every group of files of which each reaches each: a line for each file, with those of the group that it uses.
    pub(crate) fn circles(&self) -> Vec<String> {
        let uses = self.uses();
        let reached: Vec<BTreeSet<usize>> = (0..uses.len()).map(|from| reach(&uses, from)).collect();
        let mut found = Vec::new();
        for from in 0..uses.len() {
            let is_with = |&to: &usize| reached[from].contains(&to) && reached[to].contains(&from);
            let group: Vec<usize> = (0..uses.len()).filter(is_with).collect();
            if group.first() != Some(&from) {
                continue;
            }
            let label = |at: usize| self.0[at].label.as_str();
            let lines = group.iter().map(|&own| {
                let within = uses[own].iter().filter(|to| group.contains(to)).map(|&to| label(to));
                format!("{} uses {}", label(own), within.collect::<Vec<_>>().join(", "))
            });
            found.push(lines.collect::<Vec<_>>().join("\n"));
        }
        found
    }
}

/// What is reached from `from` in one step or more.
fn reach(uses: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = uses[from].iter().copied().collect();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(&uses[at]);
        }
    }
    reached
}

/// A module without its place, and the names of the files that are its children.
fn parse(tokens: &[Token]) -> (Module, Vec<String>) {
    const DECLARING: [&str; 9] =
        ["fn", "struct", "enum", "union", "trait", "const", "static", "type", "macro_rules"];
    let mut module = Module::default();
    let mut children = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let word = tokens[at].as_str();
        if word == "use" {
            let is_public = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
            at = imports(tokens, at + 1, &mut Vec::new(), is_public, &mut module.imports);
            continue;
        }
        if word == "mod" && tokens.get(at + 2).is_some_and(|next| next == ";") {
            children.push(tokens[at + 1].clone());
            at += 3;
            continue;
        }
        if DECLARING.contains(&word) {
            let name =
                tokens[at + 1..].iter().find(|token| !["mut", "!", "fn", "_"].contains(&token.as_str()));
            module.declared.extend(name.cloned());
        }
        if !is_name(word) || (at > 0 && [".", "::"].contains(&tokens[at - 1].as_str())) {
            at += 1;
            continue;
        }
        let mut path = vec![word.to_string()];
        at += 1;
        while at + 1 < tokens.len() && tokens[at] == "::" && is_name(&tokens[at + 1]) {
            path.push(tokens[at + 1].clone());
            at += 2;
        }
        module.words.insert(path[0].clone());
        if path.len() > 1 {
            module.paths.push(path);
        }
    }
    (module, children)
}

/// Reads a tree of a `use` under `prefix`; the place behind it.
fn imports(
    tokens: &[Token],
    mut at: usize,
    prefix: &mut Vec<String>,
    is_public: bool,
    found: &mut Vec<Import>,
) -> usize {
    loop {
        match tokens[at].as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens[at] != "}" {
                    at = imports(tokens, at, &mut prefix.clone(), is_public, found);
                    at += usize::from(tokens[at] == ",");
                }
                return at + 1;
            }
            "*" => {
                found.push(Import { name: "*".into(), path: prefix.clone(), is_public });
                return at + 1;
            }
            word if is_name(word) && word != "as" => {
                prefix.push(word.to_string());
                at += 1;
            }
            _ => break,
        }
    }
    if prefix.len() > 1 && prefix.last().is_some_and(|last| last == "self") {
        prefix.pop();
    }
    let mut name = prefix.last().cloned().unwrap_or_default();
    if tokens[at] == "as" {
        name = tokens[at + 1].clone();
        at += 2;
    }
    found.push(Import { name, path: prefix.clone(), is_public });
    at
}
