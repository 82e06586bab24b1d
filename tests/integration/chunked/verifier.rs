//! Verifies a request with a body in signed chunks. Written from AWS's page, without code of the crate:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>

use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use sha2::{Digest, Sha256};

pub(super) const KEY_ID: &str = "AKIDCHUNKS";
pub(super) const SECRET: &str = "secret-of-the-chunks";

/// The data of a request whose head and chunks have the signatures that they must have.
pub(super) fn verify(head: &Parts, body: &[u8]) -> Result<Vec<u8>, String> {
    let text = |name: &str| {
        let value = head
            .headers
            .get(name)
            .ok_or_else(|| format!("no header {name}"))?;
        value.to_str().map_err(|error| error.to_string())
    };
    let authorization = text("authorization")?;
    let part = |name: &str| {
        let (_, rest) = authorization
            .split_once(name)
            .ok_or_else(|| format!("no {name}"))?;
        Ok::<_, String>(rest.split(',').next().unwrap_or_default().to_owned())
    };
    let (credential, names, seed) = (
        part("Credential=")?,
        part("SignedHeaders=")?,
        part("Signature=")?,
    );
    let (key_id, scope) = credential.split_once('/').ok_or("no scope")?;
    expect(key_id, KEY_ID)?;
    let algorithm = text("x-amz-content-sha256")?;
    expect(algorithm, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")?;
    for name in [
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
    ] {
        if !names.split(';').any(|it| it == name) {
            return Err(format!("{name} is not signed"));
        }
    }
    let encodings = text("content-encoding")?.split(',').next();
    expect(encodings.unwrap_or_default(), "aws-chunked")?;

    let mut canonical = format!(
        "{}\n{}\n{}\n",
        head.method,
        head.uri.path(),
        head.uri.query().unwrap_or("")
    );
    for name in names.split(';') {
        canonical += &format!("{name}:{}\n", text(name)?.trim());
    }
    canonical += &format!("\n{names}\n{algorithm}");
    let date = text("x-amz-date")?;
    let key = scope
        .split('/')
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| {
            hmac(&key, part.as_bytes())
        });
    let sign = |algorithm: &str, rest: &str| {
        let string_to_sign = format!("{algorithm}\n{date}\n{scope}\n{rest}");
        hex(&hmac(&key, string_to_sign.as_bytes()))
    };
    let expected = sign("AWS4-HMAC-SHA256", &hex(&Sha256::digest(canonical)));
    expect(&seed, &expected)?;

    let (mut data, mut previous, mut rest) = (Vec::new(), seed, body);
    loop {
        let line = rest
            .windows(2)
            .position(|it| it == b"\r\n")
            .ok_or("no first line of a chunk")?;
        let first = std::str::from_utf8(&rest[..line]).map_err(|error| error.to_string())?;
        let (size, signature) = first
            .split_once(";chunk-signature=")
            .ok_or("no signature")?;
        let size = usize::from_str_radix(size, 16).map_err(|error| error.to_string())?;
        rest = &rest[line + 2..];
        let chunk = rest.get(..size).ok_or("the body ends within a chunk")?;
        rest = rest[size..]
            .strip_prefix(b"\r\n")
            .ok_or("no line break after a chunk")?;
        let hashes = format!(
            "{previous}\n{}\n{}",
            hex(&Sha256::digest("")),
            hex(&Sha256::digest(chunk))
        );
        expect(signature, &sign("AWS4-HMAC-SHA256-PAYLOAD", &hashes))?;
        signature.clone_into(&mut previous);
        data.extend_from_slice(chunk);
        if size == 0 {
            break;
        }
        if size < 8192 && !rest.starts_with(b"0;") {
            return Err(format!("a chunk of {size} bytes is not the last one"));
        }
    }
    expect(&rest.len().to_string(), "0")?;
    expect(text("content-length")?, &body.len().to_string())?;
    expect(
        text("x-amz-decoded-content-length")?,
        &data.len().to_string(),
    )?;
    Ok(data)
}

fn expect(actual: &str, expected: &str) -> Result<(), String> {
    match actual == expected {
        true => Ok(()),
        false => Err(format!("{actual} is not {expected}")),
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
