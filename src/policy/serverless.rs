use std::fmt;

use serde::Serialize;

use super::arn::Arn;
use super::document::write_json;
use super::error::PolicyError;
use super::level::Level;

/// A data access policy of OpenSearch Serverless
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DataAccess([DataRules; 1]);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DataRules {
    description: String,
    rules: Vec<Rule>,
    principal: Vec<String>,
}

/// A network policy of OpenSearch Serverless
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct NetworkAccess([NetworkRules; 1]);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkRules {
    description: String,
    rules: Vec<Rule>,
    allow_from_public: bool,
    #[serde(rename = "SourceVPCEs", skip_serializing_if = "Vec::is_empty")]
    source_vpces: Vec<String>,
}

/// An encryption policy of OpenSearch Serverless
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-encryption.html)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Encryption {
    rules: Vec<Rule>,
    #[serde(rename = "AWSOwnedKey")]
    aws_owned_key: bool,
    #[serde(rename = "KmsARN", skip_serializing_if = "Option::is_none")]
    kms_arn: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    resource_type: &'static str,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission: Vec<&'static str>,
}

/// Returns the data access policy that gives these principals access to all indices of a collection.
///
/// The identity policy of a principal must also allow `aoss:APIAccessAll` on the collection.
///
/// ```
/// use sigtower::policy::{self, Arn, Level};
///
/// let role = Arn::role("aws", "123456789012", "search")?;
/// println!("{}", policy::serverless_data("movies", [&role], Level::ReadWrite)?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// When the collection's name or a principal is not valid, or when there is no principal.
pub fn serverless_data<'a>(
    collection: &str,
    principals: impl IntoIterator<Item = &'a Arn>,
    level: Level,
) -> Result<DataAccess, PolicyError> {
    check_collection(collection)?;
    let principals = principals.into_iter().map(Arn::checked_principal);
    let principal: Vec<String> = principals
        .map(|principal| principal.map(Arn::to_string))
        .collect::<Result<_, _>>()?;
    if principal.is_empty() {
        return Err(PolicyError::Empty(
            "the policy names no principal; pass an ARN",
        ));
    }
    let (on_collection, on_indices): (&[_], &[_]) = match level {
        Level::ReadOnly => (&["aoss:DescribeCollectionItems"], &READ),
        Level::ReadWrite => (&["aoss:DescribeCollectionItems"], &READ_WRITE),
        Level::Admin => (&["aoss:*"], &["aoss:*"]),
    };
    Ok(DataAccess([DataRules {
        description: format!("Data access to the collection {collection}"),
        rules: vec![
            Rule::new("collection", format!("collection/{collection}")).permit(on_collection),
            Rule::new("index", format!("index/{collection}/*")).permit(on_indices),
        ],
        principal,
    }]))
}

/// Returns the data access policy with one permission, for these patterns of indices or for the collection itself.
///
/// Names are taken as they are: a placeholder may stand for what is not known.
pub(crate) fn data_access_for(
    permission: &'static str,
    collection: &str,
    indices: Option<&[String]>,
    principal: &str,
) -> DataAccess {
    let (kind, resource) = match indices {
        Some(indices) => {
            let of = |index: &String| format!("index/{collection}/{index}");
            ("index", indices.iter().map(of).collect())
        }
        None => ("collection", vec![format!("collection/{collection}")]),
    };
    DataAccess([DataRules {
        description: format!("{permission} in the collection {collection}"),
        rules: vec![Rule {
            resource_type: kind,
            resource,
            permission: vec![permission],
        }],
        principal: vec![principal.to_owned()],
    }])
}

/// Returns the network policy of a collection and its dashboards: public if `vpc_endpoints` is empty,
/// else only through these VPC endpoints of OpenSearch Serverless.
///
/// ```
/// use sigtower::policy;
///
/// println!("{}", policy::serverless_network("movies", ["vpce-050f79086ee71ac05"])?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// When the collection's name or the id of a VPC endpoint is not valid.
pub fn serverless_network<V: Into<String>>(
    collection: &str,
    vpc_endpoints: impl IntoIterator<Item = V>,
) -> Result<NetworkAccess, PolicyError> {
    check_collection(collection)?;
    let source_vpces: Vec<String> = vpc_endpoints.into_iter().map(Into::into).collect();
    for id in &source_vpces {
        let hex = id.strip_prefix("vpce-").unwrap_or_default();
        if hex.is_empty() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PolicyError::Name {
                value: id.clone(),
                expected: "the id of a VPC endpoint, such as vpce-050f79086ee71ac05",
            });
        }
    }
    Ok(NetworkAccess([NetworkRules {
        description: format!("Network access to the collection {collection}"),
        rules: vec![
            Rule::new("collection", format!("collection/{collection}")),
            Rule::new("dashboard", format!("collection/{collection}")),
        ],
        allow_from_public: source_vpces.is_empty(),
        source_vpces,
    }]))
}

/// Returns the encryption policy of a collection: with a KMS key, or with a key that AWS owns.
///
/// ```
/// use sigtower::policy;
///
/// println!("{}", policy::serverless_encryption("movies", None)?);
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// When the collection's name is not valid, or the ARN is not one of a KMS key.
pub fn serverless_encryption(
    collection: &str,
    kms_key: Option<&Arn>,
) -> Result<Encryption, PolicyError> {
    check_collection(collection)?;
    if let Some(key) = kms_key
        && !(key.service() == "kms" && key.resource().starts_with("key/"))
    {
        return Err(PolicyError::WrongKind {
            arn: key.to_string(),
            expected: "a KMS key, such as arn:aws:kms:eu-west-1:123456789012:key/1234abcd",
        });
    }
    Ok(Encryption {
        rules: vec![Rule::new("collection", format!("collection/{collection}"))],
        aws_owned_key: kms_key.is_none(),
        kms_arn: kms_key.map(Arn::to_string),
    })
}

impl Rule {
    fn new(resource_type: &'static str, resource: String) -> Self {
        Self {
            resource_type,
            resource: vec![resource],
            permission: Vec::new(),
        }
    }

    fn permit(mut self, permission: &[&'static str]) -> Self {
        self.permission = permission.to_vec();
        self
    }
}

impl fmt::Display for DataAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, f)
    }
}

impl fmt::Display for NetworkAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, f)
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, f)
    }
}

/// A collection's name has 3 to 32 of `a-z`, `0-9` and `-`, and begins with a letter.
fn check_collection(name: &str) -> Result<(), PolicyError> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    if begins && (3..=32).contains(&name.len()) && name.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(PolicyError::Name {
        value: name.into(),
        expected: "a collection name: 3 to 32 of a-z, 0-9 and `-`, beginning with a letter",
    })
}

const READ: [&str; 2] = ["aoss:ReadDocument", "aoss:DescribeIndex"];
const READ_WRITE: [&str; 5] = [
    "aoss:ReadDocument",
    "aoss:WriteDocument",
    "aoss:CreateIndex",
    "aoss:UpdateIndex",
    "aoss:DescribeIndex",
];
