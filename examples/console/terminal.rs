//! The interactive console: line editing, history and completion.

use std::path::PathBuf;

use rustyline::config::{CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Editor, validate};
use sigtower::BoxError;
use sigtower::opensearch::Raw;

use super::complete::Helper;
use super::request::{self, Request};
use super::session::Session;

pub(crate) fn run(session: &mut Session) -> Result<(), BoxError> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .build();
    let mut editor: Editor<Helper, FileHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Helper::new(index_names(session))));
    let history = history_file();
    if let Some(file) = &history {
        let _ = editor.load_history(file); // it does not exist at first
    }
    println!(
        "{} — TAB completes, `explain` shows signatures, Ctrl-D ends",
        session.target.client.endpoint()
    );
    loop {
        let line = match editor.readline("> ") {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        };
        match line.trim() {
            "" => continue,
            "exit" | "quit" => break,
            "explain" => {
                session.explains = !session.explains;
                println!("explain is {}", if session.explains { "on" } else { "off" });
                continue;
            }
            "help" => {
                println!("{HELP}");
                continue;
            }
            typed => editor.add_history_entry(typed)?,
        };
        match request::parse(&line) {
            Ok(requests) => send(session, &mut editor, &requests),
            Err(error) => eprintln!("error: {error}"),
        }
    }
    if let Some(file) = &history {
        editor.save_history(file)?;
    }
    Ok(())
}

fn send(session: &mut Session, editor: &mut Editor<Helper, FileHistory>, requests: &[Request]) {
    let mut may_have_new_names = false;
    for request in requests {
        may_have_new_names |= session.send(request) && !request.method.is_safe();
    }
    if may_have_new_names && let Some(helper) = editor.helper_mut() {
        helper.indices = index_names(session);
    }
}

/// The names of all indices, if the caller may read them.
fn index_names(session: &mut Session) -> Vec<String> {
    session.target.set_time();
    let client = &session.target.client;
    let listed = session.runtime.block_on(async {
        for path in ["/_cat/indices?h=index&s=index", "/_all/_mapping"] {
            let response = client.send(Raw::new(http::Method::GET, path)).await.ok()?;
            if response.status.is_success() {
                return Some(response);
            }
        }
        None
    });
    let Some(listed) = listed else {
        return Vec::new();
    };
    match listed.json::<serde_json::Map<_, serde_json::Value>>() {
        Ok(mappings) => mappings.into_iter().map(|(name, _)| name).collect(),
        Err(_) => listed
            .text()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    }
}

fn history_file() -> Option<PathBuf> {
    let home = PathBuf::from(std::env::var_os("HOME")?);
    Some(home.join(".sigtower_console_history"))
}

impl validate::Validator for Helper {
    fn validate(
        &self,
        context: &mut validate::ValidationContext<'_>,
    ) -> rustyline::Result<validate::ValidationResult> {
        Ok(match request::is_complete(context.input()) {
            true => validate::ValidationResult::Valid(None),
            false => validate::ValidationResult::Incomplete,
        })
    }
}

const HELP: &str = "GET /path          sends a request; a JSON body follows on the same line or the next lines\n\
                    explain            shows how requests are signed, or stops that\n\
                    exit               ends the console";
