//! The fifth stage: the sync pack, from one page model to HTML, Markdown and JSON.
