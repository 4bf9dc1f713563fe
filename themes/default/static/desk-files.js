/* Attachments at the desk: uploads with progress, what waits is renewed, boxes are drawn. All of it works without. */
(function () {
  "use strict";
  var english = document.documentElement.lang === "en";
  var words = english
    ? { waits: "waiting", sent: "uploaded", failed: "Not uploaded: the connection broke. Choose the file again.",
        large: "Larger than {n} MB: split it or make it smaller.", empty: "This file is empty.",
        all: "{n} of {all} files uploaded", some: ", {bad} not uploaded; see why below" }
    : { waits: "等待上传", sent: "已上传", failed: "没有传上去：网络断了，请再选一次。",
        large: "超过{n}兆字节：请拆分或者压缩以后再传。", empty: "这是空文件。",
        all: "{all}个文件，已上传{n}个", some: "，{bad}个没有传上去，原因见下" };
  var PAUSE = 2000, LONGEST = 600000;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) { return values[name]; });
  }

  // -- what waits is asked for again, and only what changed is put in --------------------------------------------

  function renew() {
    return window.fetch(window.location.href, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error("gone"); }
      return answer.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html");
      document.querySelectorAll("[data-live]").forEach(function (old) {
        var fresh = page.getElementById(old.id);
        var same = fresh && fresh.getAttribute("data-live") === old.getAttribute("data-live");
        if (!fresh || same || !document.contains(old)) { return; }
        var focused = old.contains(document.activeElement) && document.activeElement.id;
        old.replaceWith(document.importNode(fresh, true));
        if (focused && document.getElementById(focused)) { document.getElementById(focused).focus(); }
      });
    });
  }

  var began = Date.now(), timer = null;
  function watch() {
    window.clearTimeout(timer);
    if (!document.querySelector("[data-waiting]") || Date.now() - began > LONGEST) { return; }
    timer = window.setTimeout(function () {
      if (document.hidden) { watch(); return; }
      renew().then(watch, function () { /* the page says by itself how to look again */ });
    }, PAUSE);
  }

  // -- uploads -----------------------------------------------------------------------------------------------------

  function row(list, file) {
    var item = document.createElement("li"), name = document.createElement("span");
    var bar = document.createElement("progress"), said = document.createElement("span");
    name.textContent = file.name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    said.textContent = words.waits;
    item.append(name, bar, said);
    list.append(item);
    return {
      step: function (part) { bar.value = part; said.textContent = part + "%"; },
      done: function () { bar.value = 100; said.textContent = words.sent; },
      fail: function (why) { bar.remove(); said.textContent = why; said.className = "is-late"; item.dataset.failed = "1"; }
    };
  }

  function objection(form, file) {
    var most = Number(form.getAttribute("data-most"));
    if (!file.size) { return words.empty; }
    return file.size > most * 1024 * 1024 ? fill(words.large, { n: most }) : "";
  }

  function send(form, file, line) {
    return new Promise(function (resolve) {
      var request = new XMLHttpRequest(), data = new FormData();
      data.append("csrf_token", form.elements.csrf_token.value);
      data.append("file", file, file.name);
      request.open("POST", form.getAttribute("action"));
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) { line.step(Math.floor(event.loaded * 100 / event.total)); }
      });
      request.addEventListener("load", function () {
        var good = request.status === 200, answer = {};
        try { answer = JSON.parse(request.responseText); } catch (problem) { good = false; }
        if (good) { line.done(); } else { line.fail(answer.message || words.failed); }
        resolve(good);
      });
      request.addEventListener("error", function () { line.fail(words.failed); resolve(false); });
      request.send(data);
    });
  }

  function uploads(form) {
    var input = form.querySelector("input[type=file]"), said = form.querySelector("[data-said]");
    var list = form.querySelector("[data-uploads]"), busy = false;

    function take(files) {
      if (busy || !files.length) { return; }
      busy = true;
      list.textContent = "";
      var good = 0, bad = 0, lines = files.map(function (file) { return row(list, file); });
      function tell() {
        said.textContent = fill(words.all, { n: good, all: files.length }) + (bad ? fill(words.some, { bad: bad }) : "");
      }
      files.reduce(function (before, file, at) {
        return before.then(function () {
          var why = objection(form, file);
          if (why) { lines[at].fail(why); return false; }
          return send(form, file, lines[at]);
        }).then(function (went) { if (went) { good += 1; } else { bad += 1; } tell(); });
      }, Promise.resolve()).then(renew).then(function () {
        list.querySelectorAll("li:not([data-failed])").forEach(function (line) { line.remove(); });
        began = Date.now();
        watch();
      }, function () { window.location.reload(); }).then(function () {
        busy = false;
        input.value = "";
        input.focus();
      });
    }

    form.addEventListener("submit", function (event) {
      if (input.files.length) { event.preventDefault(); take(Array.from(input.files)); }
    });
    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) { event.preventDefault(); form.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      form.addEventListener(name, function () { form.classList.remove("is-over"); });
    });
    form.addEventListener("drop", function (event) {
      event.preventDefault();
      take(Array.from(event.dataTransfer.files));
    });
    form.querySelectorAll("[data-needs-script]").forEach(function (hint) { hint.hidden = false; });
  }

  // -- boxes -------------------------------------------------------------------------------------------------------

  function drawing(page) {
    var form = document.getElementById(page.getAttribute("data-draw")), svg = page.querySelector("svg");
    var sides = ["left", "top", "right", "bottom"].map(function (name) { return form.elements[name]; });
    var shape = document.createElementNS("http://www.w3.org/2000/svg", "rect"), from = null;
    var touch = document.querySelector("[data-draw-touch]");
    shape.setAttribute("class", "box-new");
    page.classList.add("is-drawing");

    function show() {
      var at = sides.map(function (side) { return Number(side.value); });
      if (!(at[2] > at[0] && at[3] > at[1])) { shape.remove(); return; }
      shape.setAttribute("x", at[0]);
      shape.setAttribute("y", at[1]);
      shape.setAttribute("width", at[2] - at[0]);
      shape.setAttribute("height", at[3] - at[1]);
      svg.append(shape);
    }
    function place(event) {
      var frame = svg.getBoundingClientRect();
      return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height].map(function (part) {
        return Math.round(Math.min(1, Math.max(0, part)) * 1000) / 10;
      });
    }
    function span(event) {
      var to = place(event);
      [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])]
        .forEach(function (value, at) { sides[at].value = value; });
      show();
    }
    svg.addEventListener("pointerdown", function (event) {
      if (event.button || (event.pointerType === "touch" && !page.classList.contains("takes-touch"))) { return; }
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      from = place(event);
    });
    svg.addEventListener("pointermove", function (event) { if (from) { span(event); } });
    svg.addEventListener("pointerup", function (event) {
      if (from) { span(event); from = null; form.querySelector("[type=submit]").focus(); }
    });
    svg.addEventListener("pointercancel", function () { from = null; });
    sides.forEach(function (side) { side.addEventListener("input", show); });
    if (touch) {
      touch.hidden = false;
      touch.addEventListener("click", function () {
        touch.setAttribute("aria-pressed", String(page.classList.toggle("takes-touch")));
      });
    }
    show();
  }

  document.querySelectorAll("form[data-upload]").forEach(uploads);
  document.querySelectorAll("[data-draw]").forEach(drawing);
  watch();
}());
