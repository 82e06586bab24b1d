//! The results of aggregations, as types
//! ([reference](https://docs.opensearch.org/latest/aggregations/)).

pub(super) mod aggregations;
mod bucket;
mod bucketed;
mod metric;

#[cfg(test)]
mod tests;

pub use self::aggregations::Aggregations;
pub use self::bucket::Bucket;
pub use self::bucketed::{
    Composite, DateHistogram, Filters, Histogram, Nested, Range, SingleBucket, Terms,
};
pub use self::metric::{Cardinality, Percentiles, SingleValue, Stats, TopHits};
