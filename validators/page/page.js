"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const size = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;

  const form = $("hand-in");
  if (form) {
    const input = $("file"), drop = $("drop"), problem = document.querySelector(".problem"), button = form.querySelector("button");
    const say = (words) => { problem.textContent = words; problem.hidden = !words; };
    const chosen = () => {
      const file = input.files[0];
      $("chosen").textContent = file ? $("chosen").dataset.words.replace("NAME", file.name).replace("SIZE", size(file.size)) : "";
      const large = file && file.size > Number(form.dataset.most);
      say(large ? form.dataset.large : "");
      button.disabled = Boolean(large);
    };
    input.addEventListener("change", chosen);
    drop.classList.add("ready");
    let depth = 0;
    addEventListener("dragenter", (event) => { event.preventDefault(); depth += 1; drop.classList.add("over"); });
    addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) drop.classList.remove("over"); });
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      drop.classList.remove("over");
      if (!event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      chosen();
    });

    const select = $("standard"), find = $("find"), options = [...select.options], hint = $("found"), usual = hint.textContent;
    find.hidden = false;
    find.addEventListener("input", () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fitting = options.filter((each) => each.value && words.every((word) => `${each.textContent} ${each.dataset.also}`.toLowerCase().includes(word)));
      const kept = select.value;
      select.replaceChildren(...(words.length ? fitting : options));
      select.value = words.length ? (fitting.some((each) => each.value === kept) ? kept : fitting.length ? fitting[0].value : "") : kept;
      if (words.length && !fitting.length) select.replaceChildren(options[0]);
      hint.textContent = words.length && !fitting.length ? hint.dataset.none : usual;
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); select.focus(); }
      if (event.key === "Enter") event.preventDefault();
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const request = new XMLHttpRequest(), bar = $("sent");
      const failed = (words) => { say(words || form.dataset.lost); $("sending").hidden = true; button.disabled = false; problem.scrollIntoView({block: "nearest"}); };
      request.upload.addEventListener("progress", (told) => { if (told.lengthComputable) bar.value = 100 * told.loaded / told.total; });
      request.addEventListener("error", () => failed(""));
      request.addEventListener("load", () => {
        if (request.status < 400) { location.assign(request.responseURL); return; }
        let words = "";
        try { words = JSON.parse(request.responseText).message; } catch { words = ""; }
        failed(words);
      });
      say("");
      bar.value = 0;
      $("sending").hidden = false;
      button.disabled = true;
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json, text/html");
      request.send(new FormData(form));
    });
    addEventListener("pageshow", (event) => { if (event.persisted) { $("sending").hidden = true; button.disabled = false; } });
  }

  const ask = async (where) => {
    const answer = await fetch(where, {headers: {Accept: "application/json"}});
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const busy = $("busy");
  if (busy) {
    const look = async () => {
      try {
        const told = await ask(busy.dataset.state);
        if (told.ready) { location.reload(); return; }
        $("stage").textContent = told.words;
      } catch { location.reload(); return; }
      setTimeout(look, 500);
    };
    setTimeout(look, 300);
  }
  const watch = () => {
    const downloads = $("downloads");
    if (!downloads || !downloads.dataset.state) return;
    const look = async () => {
      try {
        const told = await ask(downloads.dataset.state);
        if (told.stage === downloads.dataset.stage) { setTimeout(look, 700); return; }
        const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").getElementById("downloads");
        if (fresh) { downloads.replaceWith(document.adoptNode(fresh)); watch(); }
      } catch { return; }
    };
    setTimeout(look, 400);
  };
  watch();
})();
