//! The types of fields that the store supports.

/// The type of a field that holds values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Kind {
    Text,
    Keyword,
    Long,
    Integer,
    Short,
    Byte,
    Double,
    Float,
    Boolean,
    Date,
}

impl Kind {
    /// The type of that name.
    pub(in super::super) fn of_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find_map(|(known, kind)| (*known == name).then_some(*kind))
    }

    pub(in super::super) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find_map(|(name, kind)| (*kind == self).then_some(*name))
            .unwrap_or_default()
    }

    pub(in super::super) fn is_whole_number(self) -> bool {
        matches!(self, Self::Long | Self::Integer | Self::Short | Self::Byte)
    }

    /// The smallest and the largest whole number of this type.
    pub(in super::super) fn range(self) -> (i64, i64) {
        match self {
            Self::Integer => (i32::MIN.into(), i32::MAX.into()),
            Self::Short => (i16::MIN.into(), i16::MAX.into()),
            Self::Byte => (i8::MIN.into(), i8::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        }
    }
}

const NAMES: [(&str, Kind); 10] = [
    ("text", Kind::Text),
    ("keyword", Kind::Keyword),
    ("long", Kind::Long),
    ("integer", Kind::Integer),
    ("short", Kind::Short),
    ("byte", Kind::Byte),
    ("double", Kind::Double),
    ("float", Kind::Float),
    ("boolean", Kind::Boolean),
    ("date", Kind::Date),
];

/// Types of OpenSearch that the store does not support.
pub(super) const OF_OPENSEARCH: &str = "\
    alias binary completion constant_keyword date_nanos date_range derived double_range \
    flat_object float_range geo_point geo_shape half_float hll icu_collation_keyword \
    integer_range ip ip_range join knn_vector long_range match_only_text murmur3 nested \
    percolator rank_feature rank_features scaled_float search_as_you_type semantic star_tree \
    token_count unsigned_long wildcard xy_point";
