//! Prints the IAM and serverless documents that a domain, a snapshot repository or a collection needs.
//!
//! Run: `cargo run --example policies -- snapshot --bucket my-bucket --role-arn arn:aws:iam::123456789012:role/snapshots`
//!
//! `--help` lists the documents and their flags. It exits 2 for missing flags and 1 for invalid values.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use sigtower::policy::{self, Arn, PolicyError, ServicePrincipal};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    document: Document,
}

#[derive(Subcommand)]
enum Document {
    /// The access policy of a domain
    DomainAccess {
        /// The ARN of the domain, such as arn:aws:es:us-east-1:123456789012:domain/movies
        #[arg(long)]
        domain_arn: String,
        /// Who is allowed; may be repeated
        #[arg(long, required = true)]
        principal_arn: Vec<String>,
        /// What is allowed, such as es:ESHttpGet; may be repeated
        #[arg(long, default_values_t = ["es:ESHttp*".to_owned()])]
        action: Vec<String>,
        /// The path of the domain that is allowed, such as /movies/*; may be repeated
        #[arg(long, default_values_t = ["/*".to_owned()])]
        path: Vec<String>,
        /// Only from this IP address or CIDR block; may be repeated
        #[arg(long)]
        source_ip: Vec<String>,
    },
    /// The identity policy of a user or role
    Identity {
        /// The ARN of the domain, such as arn:aws:es:us-east-1:123456789012:domain/movies
        #[arg(long)]
        domain_arn: String,
        /// How much is allowed
        #[arg(long, value_enum, default_value_t = Level::ReadOnly)]
        level: Level,
    },
    /// The identity policy of the snapshot role and of the caller who registers the repository
    Snapshot {
        /// The name of the S3 bucket for snapshots
        #[arg(long)]
        bucket: String,
        /// The ARN of the IAM role that the domain assumes to reach the bucket
        #[arg(long)]
        role_arn: String,
    },
    /// The trust policy of the snapshot role
    Trust {
        /// The ARN of the domain, such as arn:aws:es:us-east-1:123456789012:domain/movies
        #[arg(long)]
        domain_arn: String,
        /// Use opensearchservice.amazonaws.com instead of es.amazonaws.com
        #[arg(long)]
        opensearchservice: bool,
    },
    /// A role mapping of fine-grained access control
    RoleMapping {
        /// An IAM role or user; may be repeated
        #[arg(long, required = true)]
        principal_arn: Vec<String>,
    },
    /// The data access policy of a collection
    AossData {
        /// The name of the collection
        #[arg(long)]
        collection: String,
        /// An IAM role or user; may be repeated
        #[arg(long, required = true)]
        principal_arn: Vec<String>,
        /// How much is allowed
        #[arg(long, value_enum, default_value_t = Level::ReadWrite)]
        level: Level,
    },
    /// The network policy of a collection
    AossNetwork {
        /// The name of the collection
        #[arg(long)]
        collection: String,
        /// Only through this VPC endpoint; may be repeated; public without it
        #[arg(long)]
        vpc_endpoint: Vec<String>,
    },
    /// The encryption policy of a collection
    AossEncryption {
        /// The name of the collection
        #[arg(long)]
        collection: String,
        /// A KMS key instead of a key that AWS owns
        #[arg(long)]
        kms_arn: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    ReadOnly,
    ReadWrite,
    Admin,
}

fn main() -> ExitCode {
    match json(Arguments::parse().document) {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn json(document: Document) -> Result<String, PolicyError> {
    Ok(match document {
        Document::DomainAccess {
            domain_arn,
            principal_arn,
            action,
            path,
            source_ip,
        } => {
            let mut policy = policy::domain_access(&Arn::parse(domain_arn)?);
            for principal in arns(principal_arn)? {
                policy = policy.allow_on(&principal, action.clone(), path.clone());
            }
            for address in source_ip {
                policy = policy.from_address(address);
            }
            policy.document()?.to_string()
        }
        Document::Identity { domain_arn, level } => {
            policy::identity(&Arn::parse(domain_arn)?, level.into())?.to_string()
        }
        Document::Snapshot { bucket, role_arn } => {
            policy::snapshot_access(&bucket, &Arn::parse(role_arn)?)?.to_string()
        }
        Document::Trust {
            domain_arn,
            opensearchservice,
        } => {
            let service = match opensearchservice {
                true => ServicePrincipal::OpenSearchService,
                false => ServicePrincipal::Es,
            };
            let trust = policy::trust(&Arn::parse(domain_arn)?).service(service);
            trust.document()?.to_string()
        }
        Document::RoleMapping { principal_arn } => {
            policy::role_mapping(&arns(principal_arn)?)?.to_string()
        }
        Document::AossData {
            collection,
            principal_arn,
            level,
        } => {
            let principals = arns(principal_arn)?;
            policy::serverless_data(&collection, &principals, level.into())?.to_string()
        }
        Document::AossNetwork {
            collection,
            vpc_endpoint,
        } => policy::serverless_network(&collection, vpc_endpoint)?.to_string(),
        Document::AossEncryption {
            collection,
            kms_arn,
        } => {
            let key = kms_arn.map(Arn::parse).transpose()?;
            policy::serverless_encryption(&collection, key.as_ref())?.to_string()
        }
    })
}

fn arns(texts: Vec<String>) -> Result<Vec<Arn>, PolicyError> {
    texts.into_iter().map(Arn::parse).collect()
}

impl From<Level> for policy::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::ReadOnly => Self::ReadOnly,
            Level::ReadWrite => Self::ReadWrite,
            Level::Admin => Self::Admin,
        }
    }
}
