//! Playroom: scenes, pictures, language and questions, all derived from a seed.
