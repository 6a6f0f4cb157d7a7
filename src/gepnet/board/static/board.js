// The little that a page of the board does by itself. Nothing is kept: no storage of the browser.
(() => {
  "use strict";
  const drawer = () => document.getElementById("drawer");
  let opener = null;

  // A part that was asked for into the drawer opens it; closing gives the focus back.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-drawer]");
    if (link) opener = link;
    if (event.target.closest("a[data-close]")) opener = null; // it leads elsewhere on the page
    if (event.target.closest("[data-close]") || event.target === drawer()) drawer().close();
    if (event.target.closest("[data-print]")) window.print();
  });
  const clear = () => { const told = document.getElementById("told"); if (told) told.replaceChildren(); };
  const swapped = (event) => {
    const named = event.detail?.ctx?.target ?? event.target;
    const target = typeof named === "string" ? document.querySelector(named) : named;
    if (target instanceof Element && target.id === "drawer-in" && target.childElementCount) {
      if (!drawer().open) drawer().showModal();
      drawer().querySelector("h2, h3")?.focus();
    }
    if (target instanceof Element && target.id === "told") document.getElementById("fault")?.focus();
    // What comes by itself says nothing about what was sent, were it the check of a form that arrives
    // after it: a message of that stays.
    else if (!target?.closest?.("dialog, [hx-trigger^=every], [hx-trigger*='from:']")) clear();
  };
  // A form that was saved brings another page: one goes on from its heading, not from the top.
  const goOn = () => {
    const here = new URL(location.href);
    if (!here.searchParams.has("saved")) return;
    here.searchParams.delete("saved");
    history.replaceState(null, "", here);
    const heading = document.querySelector("main h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  };
  document.addEventListener("htmx:after:swap", swapped);
  document.addEventListener("DOMContentLoaded", () => {
    drawer()?.addEventListener("close", () => {
      if (opener?.isConnected) opener.focus();
      opener = null;
    });
    document.getElementById("fault")?.focus();
    goOn();
  });

  // A lost connection keeps the last answer and says its time.
  let answered = new Date();
  const lost = (yes) => {
    const told = document.getElementById("lost");
    if (!told) return;
    if (yes) told.querySelector("b").textContent = answered.toLocaleTimeString(document.documentElement.lang);
    told.hidden = !yes;
  };
  document.addEventListener("htmx:after:request", () => { answered = new Date(); lost(false); });
  document.addEventListener("htmx:error", () => lost(true));

  // What was typed and not sent is not left behind without a question.
  let typed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) typed = true; });
  document.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

  // Keys: a page names them (data-keys) and a person may switch them off.
  document.addEventListener("keydown", (event) => {
    const map = document.body.dataset.keys;
    if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    for (const pair of map.split(" ")) {
      const [key, id] = pair.split("=");
      if (event.key.toLowerCase() !== key) continue;
      const found = document.getElementById(id);
      if (!found) return;
      event.preventDefault();
      if (found.matches("a[href], button")) found.click();
      else { found.focus(); found.scrollIntoView({block: "nearest"}); }
    }
  });

  // The time on this case, for information; T shows where it stands.
  const timer = document.getElementById("timer");
  if (timer) {
    const begun = Date.now(), shown = timer.querySelector("b");
    setInterval(() => {
      const seconds = Math.floor((Date.now() - begun) / 1000);
      shown.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    }, 1000);
  }

  // A session that is about to end says so, and can be kept.
  const idle = document.getElementById("idle");
  if (idle) {
    let ends = Date.now() + 1000 * Number(idle.dataset.seconds);
    const later = (seconds) => { ends = Date.now() + 1000 * seconds; idle.hidden = true; };
    document.addEventListener("htmx:after:request", (event) => {
      if (!event.target.closest?.("#deck")) later(Number(idle.dataset.seconds));
    });
    idle.querySelector("button").addEventListener("click", async () => {
      const answer = await fetch("/account/stay", {redirect: "manual"});
      if (answer.status === 204) later(15 * 60);
    });
    setInterval(() => { if (ends - Date.now() < 90000) idle.hidden = false; }, 5000);
  }
})();
