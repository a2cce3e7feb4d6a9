"use strict";
(() => {
  const root = document.documentElement;
  const buttons = document.querySelectorAll("button[data-lang]");
  // The choice travels in the address of the next page and is kept nowhere.
  const speak = (language) => {
    root.lang = language;
    document.title = language === "en" ? root.dataset.titleEn : root.dataset.titleZh;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === language));
    }
    for (const link of document.querySelectorAll("a[href*='.html']")) {
      link.hash = `lang=${language}`;
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => speak(button.dataset.lang));
  }
  document.querySelector(".languages").hidden = false;
  const asked = /^#lang=(zh-CN|en)$/.exec(location.hash);
  speak(asked ? asked[1] : root.lang);
})();
