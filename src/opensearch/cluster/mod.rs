//! The cluster as a whole ([reference](https://docs.opensearch.org/latest/api-reference/cluster-api/)).

mod health;
mod info;

pub use self::health::{Health, HealthResponse, IndexHealth, Level, ShardHealth, Status};
pub use self::info::{Info, InfoResponse, Version};
