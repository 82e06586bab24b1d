/// Why a document cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The text is not an ARN.
    #[error(
        "{text:?} is not an ARN: {reason}; write it as arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE"
    )]
    Arn {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The ARN names something else than the document needs.
    #[error("{arn} is not the ARN of {expected}")]
    WrongKind {
        /// What was given.
        arn: String,
        /// What the document needs, with an example.
        expected: &'static str,
    },
    /// The name of a bucket is not valid.
    #[error("{0:?} is not a bucket name: use 3 to 63 of a-z, 0-9, `.` and `-`")]
    Bucket(String),
    /// The name of a collection, an index or a VPC endpoint is not valid.
    #[error("{value:?} is not {expected}")]
    Name {
        /// What was given.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The source of a request is not an IP address or a CIDR block.
    #[error("{0:?} is not an IP address or a CIDR block such as 192.0.2.0/24")]
    Address(String),
    /// Two ARNs of one document are in different partitions.
    #[error("{0} is in a different partition than {1}; a document can name only one partition")]
    Partitions(String, String),
    /// The document would allow nothing.
    #[error("{0}")]
    Empty(&'static str),
}
