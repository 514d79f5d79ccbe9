//! The keywords of a schema that limit its values.

/// Each allows fewer values than its absence does, whatever the type.
pub(crate) const LIMITS: [&str; 12] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "uniqueItems",
];
