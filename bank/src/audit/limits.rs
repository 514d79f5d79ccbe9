//! How many values an interaction takes, and which of its choices how often.

use timeback_qti::xml::{Cardinality, Choice, Interaction, InteractionKind, ResponseDeclaration};

/// How many values an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) fewest: usize,
    /// `None` for any number.
    pub(super) most: Option<usize>,
}

impl Limits {
    /// The limits that an interaction and its response variable set, with QTI's own where they say nothing.
    pub(super) fn of(interaction: &Interaction, response: &ResponseDeclaration) -> Self {
        use InteractionKind as Kind;
        let (fewest, most) = match interaction.kind {
            Kind::Match
            | Kind::Associate
            | Kind::GraphicAssociate
            | Kind::GapMatch
            | Kind::GraphicGapMatch => (interaction.min_associations, interaction.max_associations),
            Kind::Choice | Kind::Hotspot | Kind::Hottext => {
                (interaction.min_choices, interaction.max_choices.or(Some(1)))
            }
            _ => (interaction.min_choices, interaction.max_choices),
        };
        let most = most.filter(|most| *most > 0).map(|most| most as usize);
        let most = match response.cardinality {
            Some(Cardinality::Single) => Some(1),
            _ => most,
        };
        Self {
            fewest: fewest.unwrap_or(0) as usize,
            most,
        }
    }
}

/// The first choice that an answer of pairs uses more often than its `match-max` allows.
pub(super) fn used_too_often<'i>(interaction: &'i Interaction, answer: &[&str]) -> Option<&'i str> {
    let is_used_too_often = |identifier: &str, most: u32| {
        let names = answer.iter().flat_map(|value| value.split_whitespace());
        most > 0 && names.filter(|name| *name == identifier).count() > most as usize
    };
    let over = |choice: &&Choice| {
        choice
            .match_max
            .is_some_and(|most| is_used_too_often(&choice.identifier, most))
    };
    interaction
        .choices
        .iter()
        .find(over)
        .map(|choice| choice.identifier.as_str())
}
