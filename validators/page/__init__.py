"""The validate page on this machine: a server that nobody else can reach, and one process for each file it is given.

`guard` says which request may be answered, `multipart` brings the file in, `desk` keeps what was handed in and made of
it, `judging` is the process that validates and mends, `markup` says it in HTML, `server` joins them. Only the standard
library serves: a page for one person needs no framework, and a department's machine gets no dependency for it.
"""
