/* The editor of texts on the desk: HugeRTE on every textarea[data-editor], and drafts that save themselves.

   A form with data-autosave-url is posted there ten seconds after something changed, and when the window loses the
   focus. The answer is JSON: {"saved": "16:05", "fields": {"name": "value"}}; `fields` renews hidden inputs, such as
   the revision the next save builds on. Any other status is said with its "message", and nothing typed is lost. */
(function () {
  "use strict";
  var english = document.documentElement.lang === "en";
  var words = english
    ? { saved: "Saved at ", failed: "Not saved yet; your text is kept in this page. Trying again in 10 seconds.",
        saving: "Saving", picture: "The picture was not taken; please try again.",
        outside: "Pictures of other sites are left out: save them first, then insert them as files." }
    : { saved: "已自动保存 ", failed: "还没有存上，写的内容仍在这一页，10秒后再试。",
        saving: "正在保存", picture: "图片没有收下，请再试一次。",
        outside: "其他网站的图片没有放进来：请先保存到本机，再插入文件。" };
  var INTERVAL = 10000;

  function version() {
    var script = document.querySelector("script[src*='hugerte.min.js']");
    return script && script.src.indexOf("?") > 0 ? script.src.slice(script.src.indexOf("?")) : "";
  }

  // What is sent while somebody writes: the fields alone, not the files chosen for an import.
  function fieldsOf(form) {
    var data = new FormData();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string") { data.append(name, value); }
    });
    return data;
  }

  function renew(form, fields) {
    Object.keys(fields || {}).forEach(function (name) {
      var input = form.elements.namedItem(name);
      if (input) { input.value = fields[name]; }
    });
  }

  // A text that was new has become a document with its first picture: from now on it is saved there.
  function moved(area, answer) {
    Object.keys(answer.fields).forEach(function (name) {
      if (area.form.elements.namedItem(name)) { return; }
      var input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      area.form.appendChild(input);
    });
    renew(area.form, answer.fields);
    area.form.setAttribute("action", answer.action);
    area.setAttribute("data-pictures", answer.pictures);
    document.querySelectorAll("[formaction^='/desk/write/']").forEach(function (button) {
      var place = answer.action.replace(/\/edit$/, "");
      button.setAttribute("formaction", button.getAttribute("formaction").replace("/desk/write", place));
    });
    window.history.replaceState(null, "", answer.action);
  }

  // Pictures go one after another, so that a new text becomes one document.
  var sending = Promise.resolve();
  function send(area, blob) {
    var data = fieldsOf(area.form);
    data.delete("insert");
    data.append("picture", blob.blob(), blob.filename());
    return window.fetch(area.getAttribute("data-pictures"), {
      method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" }
    }).then(function (response) {
      return response.json().then(function (answer) {
        if (!response.ok) { throw new Error(answer.message || words.picture); }
        if (answer.action) { moved(area, answer); }
        return answer.location;
      });
    });
  }
  function upload(area, blob) {
    sending = sending.catch(function () { return null; }).then(function () { return send(area, blob); });
    return sending.catch(function (problem) {
      return Promise.reject({ message: problem instanceof TypeError ? words.picture : problem.message, remove: true });
    });
  }

  // Word's clothes are left at the door: no fonts, colours or classes, no pictures of other sites; those that come
  // as data are sent as files. The server cleans again.
  function clean(editor, event) {
    var box = new DOMParser().parseFromString(event.content, "text/html").body;
    box.querySelectorAll("style, script, meta, link, svg, object, iframe").forEach(function (node) {
      node.remove();
    });
    box.querySelectorAll("img").forEach(function (node) {
      if (/^(data:image\/|blob:|\/desk\/file\/\d+$)/.test(node.getAttribute("src") || "")) { return; }
      node.remove();
      editor.notificationManager.open({ text: words.outside, type: "warning", timeout: 8000 });
    });
    box.querySelectorAll("*").forEach(function (node) {
      Array.from(node.attributes).forEach(function (attribute) {
        if (["href", "colspan", "rowspan", "scope", "src", "alt"].indexOf(attribute.name) < 0) {
          node.removeAttribute(attribute.name);
        }
      });
      if (/^(span|font|o:p|center)$/i.test(node.tagName)) { node.replaceWith.apply(node, Array.from(node.childNodes)); }
    });
    event.content = box.innerHTML;
  }

  function start(area) {
    window.hugerte.init({
      target: area,
      language: english ? "en" : "zh_Hans",
      cache_suffix: version(),
      height: 640,
      menubar: false,
      branding: false,
      promotion: false,
      elementpath: false,
      resize: false,
      plugins: "advlist autolink charmap fullscreen image link lists searchreplace table visualblocks wordcount",
      toolbar: "blocks | bold italic underline | alignleft aligncenter alignright | bullist numlist outdent indent | " +
        "table link image charmap | removeformat searchreplace visualblocks fullscreen | undo redo",
      toolbar_mode: "wrap",
      block_formats: english
        ? "Paragraph=p;Heading 2=h2;Heading 3=h3;Heading 4=h4"
        : "正文=p;二级标题=h2;三级标题=h3;四级标题=h4",
      invalid_elements: "svg,script,style,iframe,object,embed,font,video,audio,form,input",
      paste_data_images: true,
      automatic_uploads: true,
      images_file_types: "jpeg,jpg,jpe,png,gif,bmp,webp,tif,tiff",
      images_upload_handler: function (blob) { return upload(area, blob); },
      image_dimensions: false,
      image_uploadtab: true,
      a11y_advanced_options: true,
      object_resizing: "table",
      convert_urls: false,
      table_header_type: "sectionCells",
      table_toolbar: "tableprops tabledelete | tableinsertrowbefore tableinsertrowafter tabledeleterow | " +
        "tableinsertcolbefore tableinsertcolafter tabledeletecol | tablerowheader tablecolheader tablecaption | " +
        "tablemergecells tablesplitcells",
      link_target_list: false,
      link_title: false,
      content_css: area.getAttribute("data-editor-css") || "default",
      body_class: "gongwen-body",
      iframe_aria_text: english ? "Text" : "正文编辑区，按 Alt 加 F10 到工具栏",
      setup: function (editor) {
        editor.on("PastePreProcess", function (event) { clean(editor, event); });
        editor.on("Dirty input change undo redo", function () {
          editor.save();
          area.dispatchEvent(new Event("input", { bubbles: true }));
        });
      }
    });
  }

  function autosave(form) {
    var said = form.querySelector("[data-autosave-said]");
    var changed = false, running = false, leaving = false, timer = null;

    function say(text, late) {
      if (said) { said.textContent = text; said.classList.toggle("is-late", late); }
    }
    function took(answer) {
      renew(form, answer.fields);
      say(words.saved + answer.saved, false);
    }
    function failed(answer) {
      changed = true;
      say(answer && answer.message ? answer.message : words.failed, true);
    }
    function save() {
      if (!changed || running || leaving) { return; }
      changed = false;
      running = true;
      if (window.hugerte) { window.hugerte.triggerSave(); }
      say(words.saving, false);
      window.fetch(form.getAttribute("data-autosave-url"), {
        method: "POST", body: fieldsOf(form), credentials: "same-origin", headers: { Accept: "application/json" }
      }).then(function (response) {
        return response.json().then(response.ok ? took : failed);
      }).catch(function () { failed(null); }).then(function () { running = false; });
    }

    form.addEventListener("input", function () {
      changed = true;
      if (!timer) { timer = window.setInterval(save, INTERVAL); }
    });
    form.addEventListener("submit", function () { leaving = true; });
    window.addEventListener("blur", save);
    document.addEventListener("visibilitychange", function () { if (document.hidden) { save(); } });
    window.addEventListener("pageshow", function () { leaving = false; });
    window.addEventListener("beforeunload", function (event) {
      if (changed && !leaving) { event.preventDefault(); event.returnValue = ""; }
    });
  }

  document.querySelectorAll("textarea[data-editor]").forEach(start);
  document.querySelectorAll("form[data-autosave-url]").forEach(autosave);
}());
