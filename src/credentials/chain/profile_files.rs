use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::clean::{clean, secrets};
use crate::credentials::reason;

/// `~/.aws/config` and `~/.aws/credentials`, or the files that variables name instead.
pub(super) struct ProfileFiles {
    files: [File; 2],
}

struct File {
    kind: EnvConfigFileKind,
    path: PathBuf,
    /// The text in the form that `aws_config` reads. `None` if there is no such file.
    text: Option<String>,
}

impl ProfileFiles {
    /// Reads both files. The error names the file, and the line if it is about one.
    pub(super) async fn read() -> Result<Self, String> {
        let config = File::read(
            EnvConfigFileKind::Config,
            path("AWS_CONFIG_FILE", "~/.aws/config"),
        );
        let credentials = File::read(
            EnvConfigFileKind::Credentials,
            path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        );
        let files = [config?, credentials?];
        for file in &files {
            file.check().await?;
        }
        Ok(Self { files })
    }

    /// The files in the form that `aws_config` takes.
    pub(super) fn to_sdk(&self) -> EnvConfigFiles {
        let mut files = EnvConfigFiles::builder();
        for file in &self.files {
            files = files.with_contents(file.kind, file.text.as_deref().unwrap_or_default());
        }
        files.build()
    }

    /// Where the files are, and which of them are missing.
    pub(super) fn describe(&self) -> String {
        let describe = |file: &File| {
            let missing = if file.text.is_none() {
                " (missing)"
            } else {
                ""
            };
            format!("{}{missing}", file.path.display())
        };
        let [config, credentials] = self.files.each_ref().map(describe);
        format!("{config}, {credentials}")
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        let texts = self.files.iter().filter_map(|file| file.text.as_deref());
        texts.flat_map(secrets).collect()
    }
}

impl File {
    fn read(kind: EnvConfigFileKind, path: PathBuf) -> Result<Self, String> {
        let text = match fs::read(&path) {
            Ok(bytes) => Some(clean(&decode(&path, &bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        };
        Ok(Self { kind, path, text })
    }

    /// Checks the syntax, with the parser that reads the files later: it knows no paths.
    async fn check(&self) -> Result<(), String> {
        let Some(text) = &self.text else {
            return Ok(());
        };
        let file = EnvConfigFiles::builder().with_contents(self.kind, text.as_str());
        // The environment and the file system of this process; the file is in memory.
        let (system, variables) = Default::default();
        let loaded = profile::load(&system, &variables, &file.build(), None).await;
        let Err(error) = loaded else {
            return Ok(());
        };
        let error = reason::of(&error);
        let path = self.path.display();
        let located = error.split_once(" on line ").map(|(_, located)| located);
        Err(match located.and_then(|located| located.split_once(": ")) {
            Some((line, fault)) => {
                format!(
                    "{path} line {line} is invalid: {}; correct or remove it",
                    lower(fault)
                )
            }
            None => format!("{path} is invalid: {error}"),
        })
    }
}

/// The text of a file. Comments may have any encoding; all else has to be UTF-8.
fn decode(path: &Path, bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(format!("{} is UTF-16; save it as UTF-8", path.display()));
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let is_comment = matches!(line.trim_ascii_start().first(), Some(b'#' | b';'));
        if !is_comment && str::from_utf8(line).is_err() {
            let (path, line) = (path.display(), index + 1);
            return Err(format!(
                "{path} line {line} is not valid UTF-8; save the file as UTF-8"
            ));
        }
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// The file that a variable names, or else the default one.
fn path(variable: &str, default: &str) -> PathBuf {
    let path = env::var_os(variable).map_or_else(|| default.into(), PathBuf::from);
    match (path.strip_prefix("~"), env::home_dir()) {
        (Ok(below_home), Some(home)) => home.join(below_home),
        _ => path,
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_may_have_another_encoding() {
        let decode = |bytes: &[u8]| decode(Path::new("/c"), bytes);
        for bytes in [
            &b"[a]\nk = v"[..],
            b"\xef\xbb\xbf[a]\nk = v",
            b"# caf\xe9\r\n[a]\n  ; \xe9\nk = v",
            "[caf\u{e9}]\nk = v".as_bytes(),
        ] {
            let text = decode(bytes).unwrap();
            assert!(
                text.starts_with(['[', '#']) && text.ends_with("k = v"),
                "{text}"
            );
        }
        for (bytes, line) in [(&b"[a]\r\nk = \xe9\r\n"[..], 2), (b"\n\n[caf\xe9]", 3)] {
            let error = decode(bytes).unwrap_err();
            assert!(
                error.starts_with(&format!("/c line {line} is not")),
                "{error}"
            );
        }
        let error = decode(b"\xff\xfe[\0a\0").unwrap_err();
        assert!(error.contains("/c is UTF-16"), "{error}");
    }
}
