
"use strict";
(() => {
  const form = document.getElementById("tools"), search = document.getElementById("search");
  const shown = document.getElementById("shown"), none = document.getElementById("none");
  const articles = [...document.querySelectorAll("article")].map((node) => ({node, text: node.textContent.toLowerCase()}));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const {node, text} of articles) {
      const fits = words.every((word) => text.includes(word));
      if (node.hidden === fits) node.hidden = !fits;
      if (fits) count += 1;
    }
    none.hidden = count > 0;
    shown.textContent = `${count} / ${articles.length}`;
  };
  const speak = (lang) => {
    const radio = document.getElementById(`l-${lang}`);
    if (radio) radio.checked = true;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : lang;
    search.placeholder = search.dataset[lang] || search.placeholder;
  };
  for (const radio of document.querySelectorAll("input[name=lang]")) {
    radio.addEventListener("change", () => speak(radio.id.slice(2)));
  }
  speak(navigator.language.startsWith("zh") ? "zh" : "en");
  search.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
