
"use strict";
(() => {
  const tools = document.getElementById("tools"), search = document.getElementById("search"), none = document.getElementById("none");
  const articles = [...document.querySelectorAll("article")].map((node) => {
    const group = node.closest(".group");
    return {node, group, level: node.dataset.s, text: (group.querySelector("h3").textContent + " " + node.textContent).toLowerCase()};
  });
  if (!articles.length) return;
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set([...tools.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value));
    const open = new Set();
    for (const {node, group, level, text} of articles) {
      const shown = levels.has(level) && words.every((word) => text.includes(word));
      node.hidden = !shown;
      if (shown) open.add(group);
    }
    for (const group of document.querySelectorAll(".group")) group.hidden = !open.has(group);
    none.hidden = open.size > 0;
  };
  tools.hidden = false;
  tools.addEventListener("input", apply);
  tools.addEventListener("submit", (event) => event.preventDefault());
  for (const radio of document.querySelectorAll("input[name=lang]")) {
    radio.addEventListener("change", () => { document.documentElement.lang = radio.id === "l-zh" ? "zh-CN" : radio.id.slice(2); });
  }
  addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("article details")) each.open = true; });
})();
