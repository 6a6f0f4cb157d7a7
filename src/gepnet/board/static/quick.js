// Answers of the quick check stand behind the # of the address, which browsers do not send. This puts
// them into the form when a link is opened, and behind the # when an answer changes. Nothing is kept.
(() => {
  "use strict";
  const form = () => document.getElementById("f");

  // What the address says goes into the form, which is then answered as if it had been clicked.
  const restore = () => {
    const found = form();
    const said = decodeURIComponent(location.hash.slice(1));
    if (!found || !said) return false;
    let changed = false;
    for (const pair of said.split("&").slice(0, 60)) {
      const cut = pair.indexOf("=");
      const name = pair.slice(0, cut), value = pair.slice(cut + 1);
      if (cut < 3 || !/^[qf]\.[\w-]{1,60}$/.test(name) || value.length > 60) continue;
      const choice = [...found.elements].find((e) => e.type === "radio" && e.name === name && e.value === value);
      if (choice) { if (!choice.checked) { choice.checked = true; changed = true; } continue; }
      const typed = found.elements[name.startsWith("q.") ? "typed." + name.slice(2) : name];
      if (typed && !(typed instanceof RadioNodeList)) { typed.value = value; changed = true; continue; }
      if (name.startsWith("f.")) {
        const field = document.createElement("input");
        field.type = "hidden"; field.name = name; field.value = value;
        found.append(field); changed = true;
      }
    }
    // Nothing moved: it is how the answers stand.
    if (changed) { found.elements.answered.value = ""; found.requestSubmit(); }
    return changed;
  };

  // After an answer the address says what the form says.
  document.addEventListener("htmx:after:swap", () => {
    const link = document.getElementById("link");
    if (link) history.replaceState(null, "", link.getAttribute("href"));
  });

  document.addEventListener("change", (event) => {
    // A choice takes the place of what was typed, and what is typed that of a choice.
    const field = event.target;
    if (!form()?.contains(field)) return;
    if (field.type === "radio") {
      const typed = form().elements["typed." + field.name.slice(2)];
      if (typed) typed.value = "";
    }
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.id === "again") history.replaceState(null, "", "/");
  });
  document.addEventListener("DOMContentLoaded", restore);
  window.addEventListener("hashchange", restore);
})();
