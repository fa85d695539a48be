//! How a task tells what it has done.

use crate::session::protocol::Event;

pub(super) type Emit<'a> = &'a dyn Fn(Event);
