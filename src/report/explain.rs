//! A lint's page on a terminal: Markdown, wrapped to the width and coloured.

use std::io::{self, Write};

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::explain_blocks::{Inline, Row, code_lines, table_lines, wrap_inline};
use super::terminal::{Paint, Terminal};
use super::text::{visible, width};

/// No line of prose is wider than this, however wide the terminal: longer ones are hard to read.
const WIDEST_PROSE: usize = 100;

/// Writes a page. A front matter between `+++` lines is left out.
pub fn write(markdown: &str, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut page = Page::new(terminal);
    for event in Parser::new_ext(markdown, options) {
        page.take(event);
    }
    for line in page.finish() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What a block stands in, from the outside in.
enum Container {
    /// A list: the number of the next item, if items are numbered, and whether an item has begun.
    List(Option<u64>, bool),
    /// An item: the width of its bullet.
    Item(usize),
    Quote,
}

struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Row>,
}

struct Bullet {
    text: String,
    /// Whether an empty line goes before it.
    is_apart: bool,
}

struct Page<'t> {
    terminal: &'t Terminal,
    lines: Vec<String>,
    containers: Vec<Container>,
    /// Stands before the first line of the next block instead of spaces.
    bullet: Option<Bullet>,
    inline: Vec<Inline>,
    paints: Vec<Paint>,
    links: Vec<(String, usize)>,
    code: Option<(String, String)>,
    table: Option<Table>,
    is_hidden: bool,
}

impl<'t> Page<'t> {
    fn new(terminal: &'t Terminal) -> Page<'t> {
        Page {
            terminal,
            lines: Vec::new(),
            containers: Vec::new(),
            bullet: None,
            inline: Vec::new(),
            paints: Vec::new(),
            links: Vec::new(),
            code: None,
            table: None,
            is_hidden: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(_) if self.is_hidden => {}
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.push(&text, self.paints.last().copied().unwrap_or(Paint::Plain)),
            },
            Event::Code(code) if self.terminal.is_colored() => self.push(&code, Paint::Code),
            Event::Code(code) => self.push(&format!("`{code}`"), Paint::Code),
            Event::SoftBreak => self.push(" ", Paint::Plain),
            Event::HardBreak => self.inline.push(Inline::Break),
            Event::Rule => {
                let rule = "─".repeat(self.columns());
                self.block(vec![self.terminal.paint(Paint::Dim, &rule)]);
            }
            // Pages are ours and hold none of these; a user's page shows them as they are.
            Event::Html(text) | Event::InlineHtml(text) => self.push(&text, Paint::Dim),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.push(&text, Paint::Plain);
            }
            Event::TaskListMarker(is_done) => {
                self.push(if is_done { "[x] " } else { "[ ] " }, Paint::Plain)
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.flush_inline();
                self.containers.push(Container::List(first, false));
            }
            Tag::Item => self.start_item(),
            Tag::BlockQuote(_) => self.containers.push(Container::Quote),
            Tag::CodeBlock(kind) => {
                self.flush_inline();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([',', ' ']).next().unwrap_or("").to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::Table(alignments) => {
                self.table = Some(Table {
                    alignments,
                    rows: Vec::new(),
                })
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::Heading { .. } => self.paints.push(Paint::Heading),
            Tag::Strong | Tag::Emphasis => self.paints.push(Paint::Bold),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.inline.len()));
                self.paints.push(Paint::Link);
            }
            Tag::MetadataBlock(_) => self.is_hidden = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush_inline(),
            TagEnd::Heading(level) => {
                self.paints.pop();
                self.end_heading(level);
            }
            TagEnd::List(_) => {
                self.containers.pop();
            }
            TagEnd::Item => {
                self.flush_inline();
                self.bullet = None;
                self.containers.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.containers.pop();
            }
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    let lines = code_lines(&code, &language, self.terminal);
                    self.block(lines.into_iter().map(|it| format!("    {it}")).collect());
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(row) = self.table.as_mut().and_then(|it| it.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(Table { alignments, rows }) = self.table.take() {
                    let lines = table_lines(&rows, &alignments, self.columns(), self.terminal);
                    self.block(lines);
                }
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.paints.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::MetadataBlock(_) => self.is_hidden = false,
            _ => {}
        }
    }

    fn start_item(&mut self) {
        self.flush_inline();
        let is_outermost = !self
            .containers
            .iter()
            .any(|it| matches!(it, Container::Item(_)));
        let (text, is_first) = match self.containers.last_mut() {
            Some(Container::List(next, has_begun)) => {
                let is_first = !std::mem::replace(has_begun, true);
                let text = next.map_or("• ".to_owned(), |number| format!("{number}. "));
                *next = next.map(|number| number + 1);
                (text, is_first)
            }
            _ => ("• ".to_owned(), false),
        };
        self.containers.push(Container::Item(width(&text)));
        self.bullet = Some(Bullet {
            text,
            is_apart: is_outermost && is_first,
        });
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let title = std::mem::take(&mut self.inline);
        let columns = self.columns();
        let mut lines = wrap_inline(&title, columns, self.terminal);
        if level == HeadingLevel::H1 && !self.terminal.is_colored() {
            let widest = lines.iter().map(|it| width(it)).max().unwrap_or(0);
            lines.push("=".repeat(widest));
        }
        self.block(lines);
    }

    /// An address is shown unless the text is the address already.
    fn end_link(&mut self) {
        self.paints.pop();
        let Some((address, from)) = self.links.pop() else {
            return;
        };
        let text: String = self.inline[from.min(self.inline.len())..]
            .iter()
            .map(Inline::text)
            .collect();
        if text != address && !address.is_empty() && !address.starts_with('#') {
            self.push(&format!(" <{address}>"), Paint::Dim);
        }
    }

    fn push(&mut self, text: &str, paint: Paint) {
        self.inline
            .push(Inline::Text(visible(text).into_owned(), paint));
    }

    fn flush_inline(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        if !inline.is_empty() {
            let lines = wrap_inline(&inline, self.columns(), self.terminal);
            self.block(lines);
        }
    }

    /// Columns inside the containers.
    fn columns(&self) -> usize {
        self.terminal
            .columns()
            .min(WIDEST_PROSE)
            .saturating_sub(self.indent_width())
            .max(20)
    }

    fn indent_width(&self) -> usize {
        let of = |it: &Container| match it {
            Container::List(..) => 0,
            Container::Item(bullet) => *bullet,
            Container::Quote => 2,
        };
        self.containers.iter().map(of).sum()
    }

    /// Adds a block below what is there.
    fn block(&mut self, lines: Vec<String>) {
        let bullet = self.bullet.take();
        if !self.lines.is_empty() && bullet.as_ref().is_none_or(|it| it.is_apart) {
            self.lines.push(String::new());
        }
        let indent = self.indent(None);
        let first = self.indent(bullet.as_ref());
        let indents = std::iter::once(first).chain(std::iter::repeat(indent));
        self.lines.extend(
            indents
                .zip(lines)
                .map(|(indent, line)| format!("{indent}{line}")),
        );
    }

    fn indent(&self, bullet: Option<&Bullet>) -> String {
        let item = self
            .containers
            .iter()
            .rposition(|it| matches!(it, Container::Item(_)));
        let of = |(index, it): (usize, &Container)| match (it, bullet) {
            (Container::List(..), _) => String::new(),
            (Container::Item(_), Some(bullet)) if item == Some(index) => bullet.text.clone(),
            (Container::Item(width), _) => " ".repeat(*width),
            (Container::Quote, _) => "│ ".to_owned(),
        };
        self.containers.iter().enumerate().map(of).collect()
    }

    fn finish(mut self) -> Vec<String> {
        self.flush_inline();
        self.lines
    }
}
