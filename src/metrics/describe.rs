use super::names::{
    CLOCK_SKEW, CREDENTIALS_EXPIRY, CREDENTIALS_OBTAINED, INGEST_BODY_BYTES, INGEST_CONCURRENCY,
    INGEST_IN_FLIGHT, INGEST_OPERATIONS, INGEST_QUEUED, INGEST_REQUESTS, INGEST_RETRIES,
    INGEST_WIRE_BYTES, OPERATION_DURATION, REFRESH_DURATION, REFRESH_FAILURES, REFRESHES,
    REQUEST_DURATION, RETRIES, RETRIES_DENIED,
};

/// Gives the recorder the unit and a description of each metric.
pub fn describe() {
    use ::metrics::Unit::{Bytes, Count, Seconds};
    use ::metrics::{describe_counter, describe_gauge, describe_histogram};

    describe_histogram!(OPERATION_DURATION, Seconds, "Duration of OpenSearch calls");
    describe_histogram!(REQUEST_DURATION, Seconds, "Duration of HTTP attempts");
    describe_counter!(RETRIES, Count, "Requests sent again");
    describe_counter!(RETRIES_DENIED, Count, "Requests not sent again");
    describe_counter!(
        INGEST_OPERATIONS,
        Count,
        "Ingest operations with an outcome"
    );
    describe_counter!(INGEST_RETRIES, Count, "Ingest operations sent again");
    describe_counter!(INGEST_REQUESTS, Count, "Ingest requests");
    describe_counter!(INGEST_BODY_BYTES, Bytes, "Ingest bodies before compression");
    describe_counter!(INGEST_WIRE_BYTES, Bytes, "Ingest bodies as sent");
    describe_gauge!(INGEST_QUEUED, Count, "Ingest operations that wait");
    describe_gauge!(INGEST_IN_FLIGHT, Count, "Ingest operations in requests");
    describe_gauge!(
        INGEST_CONCURRENCY,
        Count,
        "Ingest requests that may be in flight"
    );
    describe_gauge!(CLOCK_SKEW, Seconds, "How far the service's clock is ahead");
    describe_histogram!(
        REFRESH_DURATION,
        Seconds,
        "Duration of credential refreshes"
    );
    describe_counter!(REFRESHES, Count, "Credential refreshes");
    describe_counter!(REFRESH_FAILURES, Count, "Credential refreshes that failed");
    describe_gauge!(
        CREDENTIALS_OBTAINED,
        Seconds,
        "When credentials were obtained"
    );
    describe_gauge!(CREDENTIALS_EXPIRY, Seconds, "When credentials expire");
}
