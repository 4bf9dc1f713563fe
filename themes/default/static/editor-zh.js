/* The editor's words in Chinese, for the tools that editor.js puts on its toolbar. */
(function () {
  "use strict";
  window.hugerte.addI18n("zh_Hans", {
    // Text
    "Redo": "重做", "Undo": "撤销", "Cut": "剪切", "Copy": "复制", "Paste": "粘贴", "Select all": "全选",
    "Bold": "加粗", "Italic": "斜体", "Underline": "下划线", "Strikethrough": "删除线", "Superscript": "上标",
    "Subscript": "下标", "Clear formatting": "清除格式", "Remove": "去掉", "Formats": "格式", "Blocks": "段落样式",
    "Block {0}": "段落样式：{0}", "Paragraph": "正文", "Heading 1": "一级标题", "Heading 2": "二级标题",
    "Heading 3": "三级标题", "Heading 4": "四级标题", "Headings": "标题", "Inline": "文字", "Align": "对齐",
    "Align left": "左对齐", "Align center": "居中", "Align right": "右对齐", "Justify": "两端对齐",
    "Left": "左", "Center": "居中", "Right": "右", "Alignment": "对齐方式", "Alignment {0}": "对齐方式：{0}",
    "Show blocks": "显示段落边界", "Fullscreen": "全屏", "Special character": "特殊字符",
    "Special character...": "特殊字符…", "Special Character": "特殊字符",
    // Lists
    "Bullet list": "项目符号", "Numbered list": "编号", "Increase indent": "增加缩进", "Decrease indent": "减少缩进",
    "Default": "默认", "Circle": "空心圆", "Disc": "实心圆", "Square": "方块", "Lower Alpha": "小写字母",
    "Lower Greek": "小写希腊字母", "Lower Roman": "小写罗马数字", "Upper Alpha": "大写字母",
    "Upper Roman": "大写罗马数字", "List Properties": "列表设置", "List properties...": "列表设置…",
    "Start list at number": "起始编号",
    // Links
    "Link": "链接", "Link...": "链接…", "Insert/edit link": "插入或修改链接", "Insert/Edit Link": "插入或修改链接",
    "Insert link": "插入链接", "Remove link": "去掉链接", "Open link": "打开链接", "URL": "网址", "Url": "网址",
    "Text to display": "显示的文字", "Text": "文字", "Title": "标题", "Open link in...": "打开方式",
    "Current window": "本窗口", "New window": "新窗口", "None": "无", "Anchor": "锚点", "Anchors": "锚点",
    "Insert/edit image": "插入图片", "Insert/Edit Image": "插入图片", "Image...": "插入图片…", "Source": "图片地址",
    "Alternative description": "替代文字：写明图上是什么", "Image is decorative": "只是装饰", "Accessibility": "无障碍",
    "Upload": "上传", "Browse files": "选择文件", "Drop an image here": "把图片拖到这里", "Uploading image": "正在上传图片",
    "Failed to upload image": "图片没有传上：", "Image title": "图片标题", "Browse for an image": "选择图片",
    "Browse": "浏览", "Drop images here": "把图片拖到这里", "Link list": "链接列表", "Rel": "关系", "Class": "样式类",
    "The URL you entered seems to be an email address. Do you want to add the required mailto: prefix?":
      "您填的像是电子邮箱，要在前面加上 mailto: 吗？",
    "The URL you entered seems to be an external link. Do you want to add the required http:// prefix?":
      "您填的像是外部网址，要在前面加上 http:// 吗？",
    "The URL you entered seems to be an external link. Do you want to add the required https:// prefix?":
      "您填的像是外部网址，要在前面加上 https:// 吗？",
    // Tables
    "Table": "表格", "Insert table": "插入表格", "Table properties": "表格设置", "Table Properties": "表格设置",
    "Delete table": "删除表格", "Table toolbar": "表格工具", "Row": "行", "Column": "列", "Cell": "单元格",
    "Insert row before": "在上面插入行", "Insert row after": "在下面插入行", "Delete row": "删除行",
    "Row properties": "行设置", "Row Properties": "行设置", "Cut row": "剪切行", "Copy row": "复制行",
    "Paste row before": "粘贴行到上面", "Paste row after": "粘贴行到下面", "Insert column before": "在左边插入列",
    "Insert column after": "在右边插入列", "Delete column": "删除列", "Cut column": "剪切列",
    "Copy column": "复制列", "Paste column before": "粘贴列到左边", "Paste column after": "粘贴列到右边",
    "Cell properties": "单元格设置", "Cell Properties": "单元格设置", "Merge cells": "合并单元格",
    "Split cell": "拆分单元格", "Row header": "表头行", "Column header": "表头列", "Caption": "表格标题",
    "Show caption": "显示表格标题", "Table caption": "表格标题", "Header": "表头", "Header cell": "表头单元格",
    "Body": "表体", "Footer": "表尾", "Row type": "行的种类", "Cell type": "单元格种类", "Scope": "管到哪里",
    "Row group": "行组", "Column group": "列组", "Row clipboard actions": "行的剪贴", "Column clipboard actions": "列的剪贴",
    "Columns": "列数", "Rows": "行数", "Width": "宽", "Height": "高", "Border width": "边框粗细", "Border": "边框",
    "Border style": "边框样式", "Border color": "边框颜色", "Background color": "底色", "Cell spacing": "单元格间距",
    "Cell padding": "单元格内边距", "Cell styles": "单元格样式", "Table styles": "表格样式", "Vertical align": "垂直对齐",
    "Horizontal align": "水平对齐", "Top": "上", "Middle": "中", "Bottom": "下", "General": "常用", "Advanced": "高级",
    "{0} columns, {1} rows": "{0}列{1}行", "{0}x{1}": "{0}列{1}行", "Solid": "实线", "Dotted": "点线",
    "Dashed": "虚线", "Double": "双线", "Groove": "凹线", "Ridge": "凸线", "Inset": "内嵌", "Outset": "外凸",
    "Hidden": "不显示", "Invalid input": "写法不对", "Select...": "请选择", "Color Picker": "选颜色",
    // Search
    "Find": "查找", "Find and replace": "查找和替换", "Find and replace...": "查找和替换…",
    "Find and Replace": "查找和替换", "Replace with": "替换为", "Replace": "替换", "Replace all": "全部替换",
    "Previous": "上一个", "Next": "下一个", "Match case": "区分大小写", "Find whole words only": "全词匹配",
    "Find in selection": "只在选中的文字里查找", "Could not find the specified string.": "没有找到。",
    "Preferences": "选项", "Clear": "清空",
    // Windows and status
    "Ok": "确定", "OK": "确定", "Save": "保存", "Cancel": "取消", "Close": "关闭", "Yes": "是", "No": "否",
    "Close dialog": "关闭对话框", "Loading...": "正在载入…", "Rich Text Area": "正文编辑区",
    "Rich Text Area. Press ALT-0 for help.": "正文编辑区", "Press ALT-F10 for toolbar.": "按 Alt 加 F10 到工具栏。",
    "Press Alt+F10 for toolbar": "按 Alt 加 F10 到工具栏", "{0} words": "{0}字", "{0} characters": "{0}个字符",
    "Word count": "字数", "Word Count": "字数", "Document": "全文", "Selection": "选中的", "Count": "统计",
    "Words": "字", "Characters": "字符", "Characters (no spaces)": "字符（不计空格）",
    "Editor menu": "编辑菜单", "Reveal or hide additional toolbar items": "显示或收起其他工具", "More...": "更多…",
    "No color": "不用颜色", "Custom color": "自选颜色", "Search": "搜索", "All": "全部", "Currency": "货币",
    "Quotations": "引号", "Mathematical": "数学", "Extended Latin": "拉丁字母", "Symbols": "符号", "Arrows": "箭头",
    "Text Effects": "文字",
    "Your browser doesn't support direct access to the clipboard. Please use the Ctrl+X/C/V keyboard shortcuts instead.":
      "浏览器不允许直接使用剪贴板，请用 Ctrl 加 X、C、V。"
  });
}());
