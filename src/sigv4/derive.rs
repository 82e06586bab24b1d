//! Derives signing keys ([rules](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).

use hmac::digest::FixedOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The HMAC of a signing key for one day, region and service. The keys on the way to it are overwritten.
pub(super) fn signing_mac(secret: &str, date: &str, region: &str, service: &str) -> Hmac<Sha256> {
    let secret = Zeroizing::new(["AWS4", secret].concat());
    let date_key = tag(secret.as_bytes(), date);
    let region_key = tag(&*date_key, region);
    let service_key = tag(&*region_key, service);
    mac(&*tag(&*service_key, "aws4_request"))
}

fn tag(key: &[u8], text: &str) -> Zeroizing<[u8; 32]> {
    let mut mac = mac(key);
    mac.update(text.as_bytes());
    let mut tag = Zeroizing::new([0; 32]);
    mac.finalize_into((&mut *tag).into());
    tag
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};

    use super::*;
    use crate::encode::hex;

    #[test]
    fn a_derived_key_signs_as_the_key_of_aws_sigv4_does() {
        for (secret, days, date, region, service) in [
            (
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                16_677,
                "20150830",
                "us-east-1",
                "iam",
            ),
            ("s", 0, "19700101", "eu-west-1", "es"),
            (&"long".repeat(50), 19_865, "20240522", "cn-north-1", "aoss"),
        ] {
            let mut mac = signing_mac(secret, date, region, service);
            mac.update(b"string to sign");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 43_200);
            let key = generate_signing_key(secret, time, region, service);
            let expected = calculate_signature(key, b"string to sign");
            let signature = hex(mac.finalize().into_bytes().into());
            assert_eq!(str::from_utf8(&signature).unwrap(), expected, "{service}");
        }
    }
}
